"""Contexts with which the suite's own code writes tasks."""

# Only our own code holds this object: RPC cannot send it in a context.
DEAL_MOVES = object()
# A volunteer is no follower, and no assignment is mailed.
QUIET = {
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
}
