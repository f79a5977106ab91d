"""Why a backup or a restoration was refused; plain, without Odoo."""


class BackupRefused(Exception):
    """A backup cannot be made or restored.

    :param message: the sentence for the person
    :param remedy: what can be done about it
    :param rule: stable word for programs and tests, for instance ``damaged``
    :param value: what was found or asked for
    :param limit: what holds
    """

    def __init__(
        self,
        message: str,
        remedy: str = "",
        rule: str = "refused",
        value: object = None,
        limit: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.rule = rule
        self.value = value
        self.limit = limit

    def __str__(self) -> str:
        text = self.message.rstrip(".") + "."
        return f"{text} {self.remedy}".strip()
