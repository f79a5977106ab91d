from .tools.letters import remove_advertisement
from .tools.locks import drop_tables
from .tools.page_copies import keep_contact_pages


def post_init_hook(env) -> None:
    """Give everybody here a profile, and set up the website of a new database.

    Websites that somebody has arranged already stay as they are: their administrators
    open sign-up in the website's settings.
    """
    env["res.users"].with_context(active_test=False).search([])._wezer_make_profiles()
    env["wezer.terms.of.use"]._keep_version(env.company)
    websites = env["website"].search([])
    if len(websites) == 1 and websites._wezer_is_new():
        websites._wezer_set_up()
    for website in websites:
        website._wezer_take_theme()
    remove_advertisement(env)
    # The key by which browsers know this site.
    env["wezer.notice.push"]._public_key()
    keep_contact_pages(env)


def uninstall_hook(env) -> None:
    """Drop the tables that transactions wait on."""
    drop_tables(env.cr)
