"""The mail provider inside a container, as a program: `whiteglove.demo` on fixed ports, steered by files.

`in/*.eml` is delivered to the one user and removed, what is submitted comes to `out/`. While there is a file `hold` a
mail that was submitted gets no answer, and `holding` says that one waits for it.
"""

import sys
import threading
from email import message_from_bytes
from pathlib import Path

from whiteglove.demo import ImapServer, SmtpServer, Submitted

IMAP, SMTP = 1143, 1025
USER, PASSWORD = "robin@vale.example", "sesame"


def main(folder: Path) -> None:
    pause = threading.Event()

    def receive(mail: Submitted) -> None:
        while (folder / "hold").exists():
            (folder / "holding").touch()
            pause.wait(0.05)
        name = message_from_bytes(mail.message)["Message-ID"].strip("<>").partition("@")[0]
        (folder / "out" / f"{mail.recipients[0]} {name}").write_bytes(mail.message)

    with ImapServer({USER: PASSWORD}, port=IMAP) as imap, SmtpServer(receive, port=SMTP):
        (folder / "up").touch()
        while True:
            for path in sorted((folder / "in").glob("*.eml")):
                imap.deliver(USER, path.read_bytes())
                path.unlink()
            pause.wait(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
