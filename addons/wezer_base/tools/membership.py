"""The life of a membership (``wezer.profile``), and sets of its states."""

from .state_machine import StateMachine, Transition

MEMBERSHIP = StateMachine(
    states=("pending", "active", "suspended", "left", "declined"),
    rules={
        "administrator": "an administrator of the community",
        "joining": "the suite, when a person joins or comes back",
        "leaving": "the member, or whoever may let the member go",
    },
    transitions=(
        Transition("admit", ("pending",), ("active",), "joining", "_wezer_admit"),
        Transition(
            "approve",
            ("pending", "declined"),
            ("active",),
            "administrator",
            "action_approve",
        ),
        Transition(
            "decline", ("pending",), ("declined",), "administrator", "action_decline"
        ),
        Transition(
            "suspend", ("active",), ("suspended",), "administrator", "action_suspend"
        ),
        Transition(
            "resume", ("suspended",), ("active",), "administrator", "action_resume"
        ),
        Transition(
            "leave",
            ("pending", "active", "suspended", "declined"),
            ("left",),
            "leaving",
            "leave",
            "nothing is open",
        ),
        Transition(
            "return",
            ("left",),
            ("active", "suspended", "pending", "declined"),
            "joining",
            "_come_back",
            "to the state the member left from",
        ),
    ),
)

# Asked to join, and not accepted so far.
WAITING = MEMBERSHIP.sources("approve")
# On the way in, or active: they may fill in who they are.
JOINING = MEMBERSHIP.sources("admit", "suspend")
# They belong to the community and see what members see.
MEMBERS = MEMBERSHIP.sources("suspend", "resume")
# Known as members or applicants: their address identifies them.
JOINED = MEMBERSHIP.without("left", "declined")
# Everybody who can still leave.
PRESENT = MEMBERSHIP.sources("leave")
# A member who comes back is again in the one of these in which they left.
KEPT_ON_RETURN = MEMBERSHIP.without("left", "active")
# They get no notices.
AWAY = MEMBERSHIP.sources("resume", "return")
