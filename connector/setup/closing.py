"""What `setup` says last."""

from connector import terminal
from connector.language import gettext as _
from connector.settings import ENV_FILE
from connector.setup.talk import Talk


def say_all_is_well(talk: Talk, *, has_changed: bool) -> None:
    """Says how the service is started; `has_changed`: settings were, so that one that runs has old ones."""
    if has_changed:
        talk.title(_("All is set up. Start the service again, if it is running: it must take the new settings:"))
    else:
        talk.title(_("All is set up. Start the service:"))
    talk.show(terminal.command("serve"))


def say_what_is_left(talk: Talk) -> None:
    """Says that something was found wrong."""
    talk.title(_("Not all is well yet."))
    talk.say(_("Mend what is marked as wrong above and run setup again; it asks only for what is missing."))


def say_it_goes_on(talk: Talk) -> None:
    """Says that nothing is lost where somebody ended it at a question."""
    talk.title(_("Ended before the end."))
    talk.say(
        _("What was answered and found right is kept in {env_file}. Run setup again to go on from there.").format(
            env_file=ENV_FILE
        )
    )
