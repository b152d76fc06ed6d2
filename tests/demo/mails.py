"""Mails of every shape, sound and broken, of which two servers ought to say the same."""

from __future__ import annotations

NOTE = (
    b"From: Wile <wile@acme.example>\r\nSubject: Catalogue\r\nMessage-ID: <%d@acme.example>\r\n\r\nHow are things?\r\n"
)

MAILS = {
    "plain": NOTE % 1,
    "no body": b"From: wile@acme.example\r\nSubject: Nothing\r\n\r\n",
    "no empty line": b"From: wile@acme.example\r\nSubject: Nothing\r\n",
    "lone line feeds": b"From: wile@acme.example\nSubject: Unix\n\nOne\nTwo\n",
    "no type": b"Content-Type: nonsense\r\nSubject: Typeless\r\n\r\nText\r\n",
    "8-bit": """\
From: Jörg <joerg@birch.example>
Subject: Grüße
Content-Type: text/plain; charset=utf-8; name="Ü.txt"
Content-Transfer-Encoding: 8bit

Grüße aus Köln
""".encode(),
    "encoded header": b"""\
From: =?utf-8?q?J=C3=B6rg?= <joerg@birch.example>
Subject: =?utf-8?b?R3LDvMOfZQ==?=
 =?utf-8?q?_aus?=
Content-Type: TEXT/Plain;
\tCharSet="iso-8859-1"; format=flowed
Content-Transfer-Encoding: Quoted-Printable

Gr=FC=DFe
""",
    "alternative": b"""\
Subject: Twice
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_a b"

Old program?
--=_a b
Content-Type: text/plain; charset=us-ascii

Text
--=_a b\x20\x20
Content-Type: text/html
Content-Disposition: inline

<p>Text</p>
--=_a b--
""",
    "attachment": b"""\
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=outer2

--outer2

Text
--outer2
Content-Type: text/html; charset=utf-8

<p>
--outer2--

--outer
Content-Type: application/pdf; name="old name.pdf"
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename*0*=utf-8''%C3%9Cber; filename*1=sicht.pdf

JVBERi0=
--outer--
Epilogue
""",
    "attached mail": b"""\
Content-Type: multipart/mixed; boundary=b

--b

See below
--b
Content-Type: message/rfc822
Content-Disposition: attachment; filename="a \\"b\\".eml"

From: "Coyote, Wile" <wile@acme.example>
To: robin@vale.example
Subject: =?utf-8?q?=C3=9C?=

Inner

--b--
""",
    "attached mail of parts": b"""\
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=c

--c

Text
--c
Content-Type: text/html

<p>
--c--

--b--
""",
    "nothing but a mail": b"From: wile@acme.example\nContent-Type: message/rfc822\n\nSubject: Inner\n\nText\n",
    "bounce": b"""\
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Sorry
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.vale.example

--b
Content-Type: text/rfc822-headers

Subject: Report
--b--
""",
    "digest": b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: Inner\n\nText\n--b--\n",
    "no parts": b"Content-Type: multipart/mixed; boundary=b\n\nNothing of the kind\n",
    "empty parts": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--\n",
    "no end": b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nOne\n--b\n\nTwo\n",
    "no boundary": b"Content-Type: multipart/mixed\n\n--b\n\nOne\n--b--\n",
}
"""Filed with every line ended by CRLF, which imaplib sees to."""
