def uninstall_hook(env):
    """Delete the mailings of news: nothing would hide them from other users.

    E-mails that wait are still sent, by the queue.
    """
    mailings = env["mailing.mailing"].with_context(active_test=False)
    mailings.search([("wezer_news_id", "!=", False)]).unlink()
