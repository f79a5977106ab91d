"""Letters of Odoo's modules that members get: they are the community's."""

from typing import Any

# The sentences with these links, in the source and in every translation; the text is
# JSON, with its quotes escaped.
ADVERTISEMENT = r'[^<>"]*<a [^>]*https://www\.odoo\.com[/?][^>]*>[^<]*</a>[^<>"]*'


def remove_advertisement(env: Any) -> None:
    """Remove "Powered by Odoo" from the letters about accounts.

    Odoo does not update these templates, so what is removed once stays away.
    """
    env["mail.template"].flush_model(["body_html"])
    env.cr.execute(
        """
        UPDATE mail_template template
           SET body_html = regexp_replace(body_html::text, %s, '', 'g')::jsonb
          FROM ir_model_data data
         WHERE data.model = 'mail.template' AND data.module = 'auth_signup'
           AND data.res_id = template.id AND body_html::text LIKE '%%odoo.com%%'
        """,
        (ADVERTISEMENT,),
    )
    env["mail.template"].invalidate_model(["body_html"])
