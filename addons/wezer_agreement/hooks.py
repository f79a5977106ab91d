def uninstall_hook(env):
    """Take away what the database keeps beside Odoo's own tables."""
    env.cr.execute(
        """DROP TRIGGER IF EXISTS wezer_agreement_assent_kept ON wezer_agreement_assent;
           DROP TRIGGER IF EXISTS wezer_agreement_version_kept
                               ON wezer_agreement_version;
           DROP FUNCTION IF EXISTS wezer_agreement_assent_is_kept();
           DROP FUNCTION IF EXISTS wezer_agreement_version_is_kept()"""
    )
