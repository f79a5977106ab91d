import smtplib

from odoo import api, fields, models
from odoo.tools import email_normalize, single_email_re

from ..exceptions import Refusal
from ..models.wezer_answer import LOCAL_MOST
from ..tools.text import TITLE_LENGTH, clean_line

PORTS = {
    "none": 25,
    "starttls_strict": 587,
    "starttls": 587,
    "ssl_strict": 465,
    "ssl": 465,
}
MOST_PORT = 65535
SERVER_FIELDS = ("smtp_host", "smtp_port", "smtp_encryption", "smtp_user")


class WezerOutgoingMail(models.TransientModel):
    """Mail server, sender and address of the community, with a test e-mail.

    Odoo keeps them in a mail server, the company and two system parameters. E-mails
    carry links to new passwords: what decides where they go and lead is changed by
    system administrators only, as everywhere in Odoo.
    """

    _name = "wezer.outgoing.mail"
    _description = "Outgoing mail"
    _inherit = ["wezer.record.mixin"]
    _wezer_raw = ("smtp_pass",)

    sender_name = fields.Char(
        string="Sender's name",
        default=lambda self: self._default_sender_name(),
        help="Recipients see this name as the sender of all e-mails.",
    )
    sender_address = fields.Char(
        string="Sender's address",
        default=lambda self: self.env.company.sudo().email,
        help="Answers go to this address. Most mail servers accept only an address"
        " that belongs to the account they are used with.",
    )
    address = fields.Char(
        string="Address of the community",
        default=lambda self: self._default_address(),
        help="Every link in an e-mail begins with this address.",
    )
    address_here = fields.Char(
        string="Address you use now",
        compute="_compute_here",
    )
    address_differs = fields.Boolean(compute="_compute_here")
    may_edit = fields.Boolean(compute="_compute_here")
    is_special = fields.Boolean(
        compute="_compute_here",
        help="Whether the mail server logs in in another way than by a password.",
    )
    server_now = fields.Char(string="Mail server now", compute="_compute_here")
    smtp_host = fields.Char(
        string="Mail server",
        default=lambda self: self._default_server().smtp_host,
        help="The name of the server, as its provider gives it, for example"
        " smtp.provider.example.",
    )
    smtp_port = fields.Integer(
        string="Port",
        default=lambda self: self._default_server().smtp_port or PORTS["ssl_strict"],
    )
    smtp_encryption = fields.Selection(
        [
            ("ssl_strict", "From the first moment (SSL/TLS)"),
            ("starttls_strict", "After a greeting (STARTTLS)"),
            ("ssl", "SSL/TLS, without checking the server's certificate"),
            ("starttls", "STARTTLS, without checking the server's certificate"),
            ("none", "None"),
        ],
        string="Encryption",
        required=True,
        default=lambda self: self._default_server().smtp_encryption or "ssl_strict",
    )
    smtp_user = fields.Char(
        string="User name",
        default=lambda self: self._default_user(),
        help="Often the whole e-mail address. If empty, nobody logs in.",
    )
    smtp_pass = fields.Char(
        string="Password",
        help="It is not shown again. If empty, the one that is kept stays.",
    )
    answer_address = fields.Char(
        string="Address for answers",
        default=lambda self: self._default_answer_address(),
        help="An address whose mailbox also takes e-mails with a plus sign and more"
        " letters before the @, as answers+abc@community.example. If empty, members"
        " answer on the pages only.",
    )
    answer_state = fields.Char(
        string="Answers by e-mail", compute="_compute_answer_state"
    )
    result = fields.Char(readonly=True)
    is_delivered = fields.Boolean(readonly=True)

    # === WHAT HOLDS NOW === #

    @api.model
    def _default_address(self):
        return self.env.company.sudo().get_base_url()

    @api.model
    def _default_sender_name(self):
        company = self.env.company.sudo()
        return company.wezer_sender_name or company.name

    @api.model
    def _default_answer_address(self):
        self.env["wezer.onboarding"]._check_administrator()
        return self.env.company.sudo().wezer_answer_address

    @api.model
    def _default_server(self):
        self.env["wezer.onboarding"]._check_administrator()
        # Administrators of the community see the server, and no log-in to it.
        return self.env["ir.mail_server"]._wezer_own()

    @api.model
    def _default_user(self):
        server = self._default_server()
        return server.smtp_user if self._may_edit() else False

    @api.model
    def _may_edit(self):
        return self.env.user.has_group("base.group_system")

    @api.depends("address")
    def _compute_here(self):
        servers = self.env["ir.mail_server"]
        own, configured = self._default_server(), servers._wezer_configured()
        if own:
            now = self.env._(
                "%(host)s, port %(port)s", host=own.smtp_host, port=own.smtp_port
            )
        elif configured:
            now = self.env._(
                "%(host)s, port %(port)s, from the configuration of the server",
                host=configured[0],
                port=configured[1],
            )
        else:
            now = self.env._("None: e-mails wait until there is one.")
        here = self.env["ir.config_parameter"]._wezer_address_in_use()
        for form in self:
            form.server_now = now
            form.may_edit = self._may_edit()
            form.is_special = bool(own) and own.smtp_authentication != "login"
            form.address_here = here
            form.address_differs = bool(here) and form.address != here

    @api.depends("answer_address")
    def _compute_answer_state(self):
        self.env["wezer.onboarding"]._check_administrator()
        company = self.env.company.sudo()
        address, tested = company.wezer_answer_address, company.wezer_answer_tested
        if not address:
            state = self.env._("Off: e-mails say that answers are given on the page.")
        elif company._wezer_answers_to():
            state = self.env._("On: members can answer our e-mails.")
        elif tested:
            state = self.env._(
                "Off: there is no incoming mail server any more that e-mails are"
                " fetched from."
            )
        else:
            state = self.env._(
                "Waiting for the answer to a test e-mail. Send yourself one, and answer"
                " it."
            )
        self.answer_state = state

    @api.onchange("smtp_encryption")
    def _onchange_smtp_encryption(self):
        if self.smtp_port in (0, *PORTS.values()):
            self.smtp_port = PORTS[self.smtp_encryption or "none"]

    # === SAVING === #

    def action_apply(self) -> dict:
        """Keep what is written in the form, and go back to the first steps.

        :raise NotAllowed: rule ``role``
        :raise Refusal: rules ``sender``, ``server``, ``port``, ``address``,
            ``environment``, ``answers``
        """
        self.ensure_one()
        self._apply()
        return self.env["wezer.onboarding"].action_open()

    def action_test(self) -> dict:
        """Keep what is written, send an e-mail to the caller, and show what happened.

        :raise NotAllowed: rule ``role``
        :raise Refusal: as :meth:`action_apply`; ``recipient`` where the caller has no
            address
        """
        self.ensure_one()
        self._apply()
        self._send_test()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outgoing mail"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _apply(self):
        self.env["wezer.onboarding"]._check_administrator()
        self._apply_sender()
        if self._may_edit():
            if not self.is_special:
                self._apply_server()
            self._apply_answers()
            if self.address != self._default_address():
                self.env["ir.config_parameter"]._wezer_set_address(self.address)
        # What was typed is not kept in two places.
        self.smtp_pass = False

    def _apply_sender(self):
        address = email_normalize(self.sender_address or "")
        if not address or not single_email_re.match(address):
            raise Refusal(
                self.env._("Enter the address that the e-mails come from."),
                rule="sender",
                value=(self.sender_address or "")[:100],
                field="sender_address",
            )
        # Checked by the caller: an administrator of the community.
        company = self.env.company.sudo()
        name = clean_line(self.sender_name or "", TITLE_LENGTH)
        own_name = name if name != company.name else False
        if (company.wezer_sender_name or False) != own_name:
            company.wezer_sender_name = own_name
        if email_normalize(company.email or "") != address:
            company.email = address
            company.wezer_mail_tested = False
        # Odoo's sender of what has none: notices, and replies that it forwards.
        self.env["ir.config_parameter"].sudo().set_param("mail.default.from", address)
        if company.alias_domain_id:
            company.alias_domain_id.default_from = address

    def _apply_answers(self):
        """Keep the address for answers (sudo, checked by the caller)."""
        company, text = self.env.company.sudo(), (self.answer_address or "").strip()
        address = email_normalize(text) or ""
        local = address.partition("@")[0]
        if text and (
            not single_email_re.match(address)
            or "+" in local
            or not address.isascii()
            or len(local) > LOCAL_MOST
        ):
            raise Refusal(
                self.env._(
                    "The address for answers is one such as answers@community.example,"
                    " with up to %(count)s letters before the @ and without a plus"
                    " sign.",
                    count=LOCAL_MOST,
                ),
                rule="answers",
                value=text[:100],
                limit=str(LOCAL_MOST),
                field="answer_address",
            )
        if address != (company.wezer_answer_address or ""):
            company.write(
                {"wezer_answer_address": address or False, "wezer_answer_tested": False}
            )

    def _apply_server(self):
        """Keep the mail server (sudo, checked), or use the configured one again."""
        server, host = self._default_server(), (self.smtp_host or "").strip()
        if not host:
            if server:
                server.active = False
                self.env.company.sudo().wezer_mail_tested = False
            return
        if any(char.isspace() or char in "/@:" for char in host):
            raise Refusal(
                self.env._(
                    "The mail server is a name such as smtp.provider.example, without"
                    " https:// and without a port."
                ),
                rule="server",
                value=host[:100],
                field="smtp_host",
            )
        if not 0 < self.smtp_port <= MOST_PORT:
            raise Refusal(
                self.env._("A port is a number between 1 and 65535."),
                rule="port",
                value=self.smtp_port,
                limit=MOST_PORT,
                field="smtp_port",
            )
        vals = {
            "smtp_host": host,
            "smtp_port": self.smtp_port,
            "smtp_encryption": self.smtp_encryption,
            "smtp_user": (self.smtp_user or "").strip() or False,
        }
        same = server and all(
            (server[name] or False) == (vals[name] or False) for name in SERVER_FIELDS
        )
        if same and not self.smtp_pass:
            return
        if self.smtp_pass:
            vals["smtp_pass"] = self.smtp_pass
        elif not vals["smtp_user"] or server.smtp_host != host:
            # A password that was meant for one server is not shown to another.
            vals["smtp_pass"] = False
        if server:
            server.write(vals)
        else:
            server.create({"name": host, "smtp_authentication": "login", **vals})
        self.env.company.sudo().wezer_mail_tested = False

    # === THE TEST === #

    def _send_test(self):
        """Send an e-mail to the caller now, and write down what the server said."""
        user, company = self.env.user, self.env.company.sudo()
        if not email_normalize(user.email or ""):
            raise Refusal(
                self.env._(
                    "You have no e-mail address. Write one in your profile, then send"
                    " the test again."
                ),
                rule="recipient",
            )
        # An administrator, to their own address only.
        mail = self.env["mail.mail"].sudo().create(self._prepare_test(user, company))
        reason = self._deliver(mail)
        self.is_delivered = not reason
        company.wezer_mail_tested = fields.Datetime.now() if not reason else False
        self.result = reason or self.env._(
            "The mail server took the e-mail to %(address)s. Look whether it arrived,"
            " also among the spam.",
            address=email_normalize(user.email),
        )

    def _prepare_test(self, user, company):
        answer_to = self.env["wezer.answer"]._test_address(user.partner_id)
        body = self.env["ir.qweb"]._render(
            "wezer_base.test_mail",
            {
                "company": company,
                "url": company.get_base_url(),
                "answer_to": answer_to,
            },
        )
        answers = {"reply_to": answer_to} if answer_to else {}
        return {
            **answers,
            "subject": self.env._("Test e-mail from %(name)s", name=company.name),
            "email_from": company._wezer_email_from(),
            "email_to": user.email_formatted,
            "body_html": body,
            "auto_delete": True,
        }

    def _deliver(self, mail):
        """Send ``mail`` and return "", or the sentence that says why it failed."""
        if not self.env["ir.mail_server"]._wezer_is_set():
            mail.unlink()
            return mail._wezer_reasons()["server"]
        try:
            with self.env.cr.savepoint():
                mail.send()
        except smtplib.SMTPException as error:
            # The connection ended in the middle: Odoo would try again later.
            text = f"{type(error).__name__}: {error}"
            mail.write({"state": "exception", "failure_reason": text})
            mail._wezer_note_failure("mail_smtp")
        failed = mail.exists().filtered(lambda one: one.state == "exception")
        if not failed:
            return ""
        # Known here, so not on the list of what failed; no e-mail can be sent, though.
        failed.state = "cancel"
        return failed._wezer_reason()
