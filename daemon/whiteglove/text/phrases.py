"""How mail programs in many languages announce what is quoted, forwarded, signed or disclaimed. Data only.

Each tuple holds regular-expression fragments in lower case; they are matched without regard to case.
"""

from __future__ import annotations

# "On Monday … Kim wrote:": the first word, and the verb.
ATTRIBUTION_OPENERS = (
    "on", "at", "am", "le", "el", "il", "em", "a", "op", "den", "på", "dne", "dnia", "w dniu", "la", "în data",
    "em data de", "в",
)  # fmt: skip
ATTRIBUTION_VERBS = (
    "wrote", "writes", "schrieb", "schreibt", "geschrieben", "a écrit", "écrit", "escribió", "ha scritto", "scrive",
    "escreveu", "schreef", "geschreven", "skrev", "skreiv", "napisał", "napisała", r"napisał\(a\)", "pisze", "napsal",
    r"napsal\(a\)", "kirjoitti", "yazd[ıi]", "írta", "a scris", "написал", "написала", r"написал\(а\)", "пишет", "пише",
    "написав", "写道", "寫道", "のメール", "작성",
)  # fmt: skip

# The words between dashes above a copied or forwarded mail, and the line above one that Apple Mail forwards.
ORIGINAL_MESSAGE = (
    "original message", "original appointment", "reply message", "forwarded message", "forwarded by .*",
    "ursprüngliche nachricht", "originalnachricht", "original[- ]nachricht", "weitergeleitete nachricht",
    "ursprünglicher termin", "message d'origine", "message original", "message transféré", "e-mail d'origine",
    "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato", "mensagem original",
    "mensagem encaminhada", "oorspronkelijk bericht", "doorgestuurd bericht", "ursprungligt meddelande",
    "originalmeddelande", "vidarebefordrat meddelande", "opprinnelig melding", "videresendt melding",
    "oprindelig meddelelse", "videresendt meddelelse", "oryginalna wiadomość", "wiadomość przekazana", "původní zpráva",
    "исходное сообщение", "пересланное сообщение", "пересылаемое сообщение", "оригінальне повідомлення", "原始邮件",
    "原始郵件", "转发的邮件", "元のメッセージ", "転送メッセージ",
)  # fmt: skip
FORWARD_INTRODUCTIONS = (
    "begin forwarded message", "anfang der weitergeleiteten (?:nachricht|e-?mail)",
    "début du message (?:transféré|réexpédié)", "inicio del mensaje reenviado", "inizio messaggio inoltrato",
    "início da mensagem (?:encaminhada|reencaminhada)", "begin doorgestuurd bericht", "vidarebefordrat brev",
    "videresendt besked", "videresendt e-post", "początek przekazywanej wiadomości",
    "начало переадресованного сообщения", "下面是被转发的邮件", "転送されたメッセージ",
)  # fmt: skip

# The names of header fields as mail programs translate them above a copied mail.
FIELD_NAMES = {
    "from": (
        "from", "von", "de", "expéditeur", "da", "mittente", "remitente", "remetente", "van", "afzender", "från", "fra",
        "od", "от", "від", "lähettäjä", "kimden", "发件人", "發件人", "寄件者", "差出人", "보낸 사람",
    ),
    "date": (
        "date", "sent", "gesendet", "datum", "envoyé", "date d'envoi", "enviado", "enviado el", "enviada em",
        "enviado em", "fecha", "data", "inviato", "verzonden", "skickat", "sendt", "dato", "wysłano", "odesláno",
        "дата", "отправлено", "надіслано", "lähetetty", "gönderildi", "日期", "发送时间", "傳送時間", "日時",
        "送信日時", "날짜",
    ),
    "to": (
        "to", "an", "à", "destinataire", "para", "a", "destinatario", "aan", "till", "til", "do", "komu", "кому",
        "vastaanottaja", "kime", "收件人", "宛先", "받는 사람",
    ),
    "subject": (
        "subject", "betreff", "objet", "sujet", "asunto", "oggetto", "assunto", "onderwerp", "ämne", "emne", "temat",
        "předmět", "тема", "aihe", "konu", "主题", "主旨", "件名", "제목",
    ),
    "other": (
        "cc", "bcc", "kopie", "kopia", "kopi", "копия", "reply-to", "antwort an", "risposta", "importance",
        "wichtigkeit", "priority", "attachments", "anlagen", "抄送",
    ),
}  # fmt: skip

# A line that a device or program adds below what its user wrote: "Sent from my …", "Sent with" and a product, or an
# invitation to install the program.
DEVICE_OWNERS = (
    "sent from my", "gesendet von meinem", "envoyé de mon", "envoyé depuis mon", "envoyé à partir de mon",
    "enviado desde mi", "enviado de mi", "enviado do meu", "enviado de meu", "enviado a partir do meu",
    "inviato dal mio", "verzonden vanaf mijn", "verzonden met mijn", "sendt fra min", "skickat från min",
    "wysłane z mojego", "odesláno z mého", "отправлено с моего", "надіслано з мого",
)  # fmt: skip
DEVICE_VERBS = (
    "sent (?:from|via|with|using|by)",
    "(?:diese (?:nachricht|e-?mail) wurde )?(?:gesendet|verschickt) (?:von|mit|aus|über)",
    "envoyé (?:depuis|de|à partir de|avec)", "enviado (?:desde|con|do|de|pelo|a partir d[eo])",
    "inviato (?:da|dal|con)", "verzonden (?:met|vanaf|via|van)", "sendt (?:fra|med|via)", "skickat (?:från|med|via)",
    "wysłan[eo] z", "отправлено (?:с|из)", "odesláno z", "надіслано з", "lähetetty",
)  # fmt: skip
DEVICE_PRODUCTS = (
    "iphone", "ipad", "ipod", "phone", "smartphone", "handy", "mobil", "celular", "cellulare", "telefon", "blackberry",
    "android", "samsung", "galaxy", "huawei", "outlook", "yahoo", "gmail", "gmx", "proton", "airmail", "mailbox",
    "thunderbird", "k-9", "windows mail", "mail.{0,80} (?:for|für|pour|para|per|voor) windows",
)  # fmt: skip
DEVICE_OTHERS = (
    r"(?:(?:get|hol(?:en sie sich| dir)?|télécharge[rz]|obtener|obtenga|obter o?|scarica|ottieni|download)\s)?"
    r"\[?outlook\s(?:for|für|voor|pour|para|per)\s\[?(?:ios|android|mac|windows)"
    r"(?:\s(?:beziehen|herunterladen|downloaden))?\W{0,3}(?:https?:\S+)?",
    r"(?:diese (?:nachricht|e-?mail) wurde )?von (?:meinem|unterwegs).{0,80}(?:gesendet|geschickt|verschickt)",
    r"(?:发自|發自|從)我的.{1,30}", r"\S{1,20}から送信",
)  # fmt: skip

# A formal closing. "Thanks" and its like are not here: they can be all that a mail says.
CLOSINGS = (
    r"(?:with )?(?:best|kind|warm|kindest|warmest)(?: regards| wishes)?", "regards",
    "(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?", "all the best", "cheers",
    r"(?:mit |viele |beste |liebe |herzliche |schöne |sonnige )?(?:freundlichen? |besten |herzlichen |lieben |"
    r"vielen )?"
    r"grü(?:ß|ss)en?(?: aus .{2,30})?",
    "hochachtungsvoll", "mfg", "lg", "vg", r"(?:bien )?(?:cordialement|à vous)",
    "(?:sincères |meilleures )?salutations(?: distinguées)?", "bien à (?:vous|toi)",
    r"(?:un )?(?:cordial(?:es)? )?saludos?(?: cordial(?:es)?)?", "atentamente", r"(?:cordiali|distinti) saluti",
    "cordialmente", "atenciosamente", r"(?:com os )?melhores cumprimentos", "cumprimentos", "abraços?",
    r"(?:met |m\.)?(?:vriendelijke|hartelijke) groet(?:en)?", "groeten", r"(?:med )?vänliga hälsningar",
    r"(?:med )?vennlig hilsen", r"(?:med )?venlig hilsen", r"z poważaniem|pozdrawiam", "с уважением", "з повагою",
    "s pozdravem", r"ystävällisin terveisin",
)  # fmt: skip

# A paragraph is a legal notice when it names the mail, calls it confidential, and speaks of whoever should not have it.
# Plain words here, no expressions: they are looked for in every mail.
NOTICE_MAIL = (
    "e-mail", "email", "message", "communication", "transmission", "nachricht", "mensaje", "correo", "messaggio",
    "informazioni contenute", "mensagem", "bericht", "meddelande", "wiadomoś", "сообщени", "邮件",
)  # fmt: skip
NOTICE_SECRET = (
    "confidential", "privileged", "proprietary", "vertraulich", "rechtlich geschützt", "confidentiel", "confidencial",
    "privilegiad", "riservat", "confidenzial", "vertrouwelijk", "konfidentiel", "poufn", "конфиденциал", "机密",
)  # fmt: skip
NOTICE_OTHERS = (
    "intended recipient", "intended solely", "intended only", "intended for", "addressee", "in error", "unauthori",
    "prohibited", "richtige adressat", "irrtümlich", "beabsichtigte empfänger", "unbefugt", "destinataire",
    "par erreur", "destinatari", "por error", "por engano", "per errore", "proibid", "prohibid", "geadresseerde",
    "bestemd voor", "mottagar", "odbiorc", "получател", "адресат", "收件人",
)  # fmt: skip
PRINT_NOTICES = (
    "the environment before printing", "an die umwelt, bevor", "vor dem ausdrucken an die umwelt",
    "à l'environnement avant d'imprimer", "antes de imprimir este", "antes de imprimir esta",
    "prima di stampare questa", "denk aan het milieu voordat",
)  # fmt: skip
