"""An IMAP server of the test's own, from which Odoo really fetches its e-mails."""

import io
import threading
from datetime import datetime, timezone
from email.utils import format_datetime

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import defer, reactor
from twisted.internet.protocol import ServerFactory
from twisted.internet.threads import blockingCallFromThread
from twisted.mail import imap4
from zope.interface import implementer

SEEN = "\\Seen"
# Who holds e-mails back waits so long for the others.
HELD_SECONDS = 60


@implementer(imap4.IMessage, imap4.IMessageFile)
class Letter:
    """An e-mail as it was received, with its flags."""

    def __init__(self, number, content):
        self.number, self.content, self.flags = number, content, set()

    def open(self):
        """Return the e-mail, as twisted asks for it."""
        return io.BytesIO(self.content)

    def getUID(self):
        """Return its number, which it keeps."""
        return self.number

    def getFlags(self):
        """Return its flags."""
        return sorted(self.flags)

    def getSize(self):
        """Return how many bytes it has."""
        return len(self.content)

    def getInternalDate(self):
        """Return when it was received."""
        return format_datetime(datetime.now(timezone.utc))


@implementer(imap4.IMailbox, imap4.ISearchableMailbox)
class Inbox:
    """The only mailbox of an account."""

    def __init__(self):
        self.letters, self._held, self._wanted = [], [], 1

    def hold(self, wanted):
        """Hand out the next e-mail once so many connections have asked for one."""
        self._wanted = wanted

    def fetch(self, messages, uid):
        """Return ``(number, e-mail)`` for each, at once or when others ask, too."""
        messages.last = len(self.letters)
        found = [(number, self.letters[number - 1]) for number in messages]
        asked = defer.Deferred()
        asked.addTimeout(HELD_SECONDS, reactor)
        self._held.append((asked, found))
        if len(self._held) >= self._wanted:
            held, self._held, self._wanted = self._held, [], 1
            for one, letters in held:
                one.callback(letters)
        return asked

    def search(self, query, uid):
        """Return the numbers of the e-mails that nobody has seen."""
        assert "UNSEEN" in str(query), query
        return [one.number for one in self.letters if SEEN not in one.flags]

    def store(self, messages, flags, mode, uid):
        """Set (0), add (1) or remove (-1) flags."""
        messages.last = len(self.letters)
        changed = {}
        for number in messages:
            letter = self.letters[number - 1]
            kept = letter.flags if mode else set()
            letter.flags = kept - set(flags) if mode < 0 else kept | set(flags)
            changed[number] = letter.getFlags()
        return changed

    def getFlags(self):
        """Return the flags that e-mails can have."""
        return [SEEN, "\\Deleted"]

    def getMessageCount(self):
        """Return how many e-mails there are."""
        return len(self.letters)

    def getRecentCount(self):
        """Return how many are new to this connection; nobody asks."""
        return 0

    def getUIDValidity(self):
        """Return the same number as long as numbers of e-mails are the same."""
        return 1

    def isWriteable(self):
        """Return whether flags can be changed."""
        return True

    def addListener(self, _listener):
        """Tell nobody of new e-mails."""

    def removeListener(self, _listener):
        """Tell nobody of new e-mails."""

    def expunge(self):
        """Delete nothing."""
        return []


class MailInbox:
    """Serves one account with one mailbox until it is closed.

    :param user: the name that logs in
    :param password: the only password that it lets in with
    """

    user, password = "answers", "a secret"

    def __init__(self):
        self.inbox = Inbox()
        account = imap4.MemoryAccountWithoutNamespaces(self.user)
        account.addMailbox("INBOX", self.inbox)

        @implementer(IRealm)
        class Realm:
            def requestAvatar(self, _user, _mind, *_interfaces):
                return imap4.IAccount, account, lambda: None

        checker = InMemoryUsernamePasswordDatabaseDontUse()
        checker.addUser(self.user.encode(), self.password.encode())
        portal = Portal(Realm(), [checker])

        class Factory(ServerFactory):
            def buildProtocol(self, _address):
                protocol = imap4.IMAP4Server()
                protocol.portal, protocol.factory = portal, self
                return protocol

        if not reactor.running:
            # One in each process, until its end: it cannot be started again.
            begun = threading.Event()
            reactor.callWhenRunning(begun.set)
            threading.Thread(
                target=reactor.run,
                kwargs={"installSignalHandlers": False},
                daemon=True,
            ).start()
            begun.wait(20)
        self._listening = blockingCallFromThread(
            reactor, reactor.listenTCP, 0, Factory(), interface="127.0.0.1"
        )
        self.port = self._listening.getHost().port

    def receive(self, content, held_for=1):
        """Put an e-mail into the mailbox.

        :param bytes content: the e-mail
        :param int held_for: it is handed out once so many connections ask for it
        """

        def put():
            self.inbox.letters.append(Letter(len(self.inbox.letters) + 1, content))
            self.inbox.hold(held_for)

        blockingCallFromThread(reactor, put)

    def flags(self):
        """Return the flags of each e-mail."""
        return [letter.getFlags() for letter in self.inbox.letters]

    def forget_seen(self):
        """Let all e-mails be new again, as a person can in a mail program."""
        for letter in self.inbox.letters:
            letter.flags.clear()

    def close(self):
        blockingCallFromThread(reactor, self._listening.stopListening)
