"""Mails to begin with: those of the demonstration, a report of a mail server, a calendar entry, odd encodings.

`python -m fuzz.seeds FOLDER` writes them, one file each.
"""

from __future__ import annotations

import sys
from pathlib import Path

from whiteglove.demo.story import DAY, PAST

REPORT = b"""From: Mail Delivery System <MAILER-DAEMON@mx.vale.example>
To: robin@vale.example
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I could not deliver your mail.

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; wile@acme.example
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

From: robin@vale.example
Message-ID: <wg.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@vale.example>

--b--
"""
ODD = b"""From: =?utf-8?b?V2lsZQ==?= Coyote <wile@acme.example>
To: undisclosed-recipients:;, "R, V" <robin+tag@vale.example>
Subject: =?iso-8859-1?q?Re=3A_Stand=2C_bitte?=
 =?utf-8?b?4oCm?=
References: <a@acme.example> <b@acme.example>
Authentication-Results: mx.vale.example; dmarc=pass header.from=acme.example
Content-Type: multipart/mixed; boundary=x
MIME-Version: 1.0

--x
Content-Type: multipart/alternative; boundary="y y"

--y y
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable

Wie ist der Stand=3F Ich bin sehr entt=C3=A4uscht. =
Wo bleibt der Bericht?

> On Monday Robin wrote:
> soon
--=20
Wile
--y y
Content-Type: text/html; charset=windows-1252
Content-Transfer-Encoding: base64

PHA+V2llIGlzdCBkZXIgU3RhbmQ/PC9wPjxibG9ja3F1b3RlPnNvb248L2Jsb2NrcXVvdGU+
--y y--
--x
Content-Type: text/calendar; method=REQUEST
Content-Disposition: attachment; filename*=utf-8''eintrag%20.ics

BEGIN:VCALENDAR
END:VCALENDAR
--x--
"""


def seeds() -> dict[str, bytes]:
    """Every mail by a name."""
    story = {scene.name: scene.raw() for scene in (*PAST, *DAY)}
    return {**story, "report": REPORT, "odd": ODD, "crlf": ODD.replace(b"\n", b"\r\n")}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in seeds().items():
        (folder / name).write_bytes(raw)
