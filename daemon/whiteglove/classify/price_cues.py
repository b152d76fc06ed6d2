"""Words in which somebody asks to pay less, in seven languages. Data only.

Written and read as the cues of `cues/*.toml` are: `vocabulary` says how, and every cue carries sentences in which it
speaks and others in which it must be silent. They are few and cautious, since what they find is counted.
"""

from __future__ import annotations

from typing import Any

_KIND = "scope_change"
"""What the classifier calls a wish to pay less; nothing is told by it here."""


def _cue(name: str, phrases: list[str], unless: list[str], example: list[str], counter: list[str]) -> dict[str, Any]:
    told = {"name": name, "phrases": phrases, "unless": unless, "example": example, "counter": counter}
    return {"kind": _KIND, "weight": 0.8, **told}


def _cues(of_others: str, *cues: dict[str, Any]) -> dict[str, Any]:
    """The table of a language. Where a sentence holds a word of `of_others` the money is somebody else's."""
    return {"cues": [{**cue, "unless": [*cue["unless"], of_others]} for cue in cues]}


_ENGLISH = _cues(
    "(customer|customers|visitors|users|readers|guests|members|competitor|competitors|hotel|flight|"
    "ticket|tickets)",
    _cue(
        "cheaper",
        [
            "(cheaper|less expensive|more affordable)", "(discount|rebate|price reduction|goodwill reduction)",
            "(lower|reduce|drop|cut|negotiate|renegotiate|come down on) [on] [your|the|this|that|our] (price|"
            "prices|rate|rates|fee|fees|quote|invoice|bill)", "(better|lower|reduced|friendlier) (price|rate|deal)",
            "(flexible|flexibility|room|leeway) (on|with|in|for) [your|the|that|this] (price|rate|quote|fee)",
            "(not|won't|will not|refuse to) pay the full (price|amount|invoice|fee)",
        ],
        [
            "(no|not|without|never|don't) [need|want|expect|ask for|asking for] [a|any|the] (discount|rebate|"
            "cheaper)", "discount [code] (code|codes|page|field|banner|label|column|button|section)", "shipping",
        ],
        [
            "Could we get a discount?", "Is there a way to make it cheaper?", "Could you come down on the price?",
            "We will not pay the full invoice.",
        ],
        ["The discount code field is too small.", "We do not need a discount.", "Our customers want lower prices."],
    ),
    _cue(
        "too-expensive",
        [
            "(too|rather|very|quite|bit) (expensive|pricey|costly|steep)", "(over|above|beyond) (our|my|the) budget",
            "too much (for us|for me|money)",
            "(budget|funds) (is|are|s) [very|quite|rather|only|really|too] (limited|tight|small)",
            "(cut|reduce|shrink) (the|our|my) budget",
            "(price|quote|offer|estimate|invoice|bill|rate|fee) (is|seems|was) [much|far|way|a bit|rather|"
            "quite|very] too high",
        ],
        [
            "(not|isn't|never|wasn't) [look|be|too|very|at all] [too|very] (expensive|pricey|costly|steep)",
            "(look|looks|sound|sounds) ... (expensive|pricey|steep)", "(hill|stairs)",
        ],
        ["That is too expensive for us.", "We have to cut the budget.", "The invoice is far too high."],
        [
            "The cover must not look too expensive.", "The hotel is too expensive.",
            "It was not very expensive, thank you.",
        ],
    ),
    _cue(
        "for-free",
        [
            "(free of charge|for free|on the house)",
            "at no (cost|charge|extra cost|extra charge|additional cost|additional charge)",
            "without (extra|additional) (cost|costs|charge|charges)", "for the same (price|money|fee)",
            "(within|in) the same budget",
        ],
        ["(shipping|delivery|entry|admission|trial|parking|download|downloads|newsletter|sample|samples)"],
        ["Could you add the map free of charge?", "Can we have the second page for the same price?"],
        ["Delivery is free of charge.", "Visitors can have it for free."],
    ),
    _cue(
        "favour",
        ["as a (favour|favor|courtesy|gesture of goodwill|goodwill gesture)", "for old times sake"],
        [],
        ["Could you include it as a favour?"],
        ["Would you do me a favour and call back?"],
    ),
)  # fmt: skip

_GERMAN = _cues(
    "(kunde|kunden|kundinnen|besucher|nutzer|leser|gäste|mitglieder|wettbewerber|mitbewerber|hotel|flug|"
    "druckerei)",
    _cue(
        "guenstiger",
        [
            "(günstiger|billiger|preiswerter)", "(rabatt|nachlass|preisnachlass|sonderpreis|mengenrabatt)",
            "(am|beim) (preis|honorar|stundensatz) (noch|etwas|was|nachlassen|machen|drehen)",
            "(preis|honorar|stundensatz|rechnung) ... (senken|reduzieren|nachlassen|kürzen|mindern|"
            "nachverhandeln|runtergehen|heruntergehen|entgegenkommen)",
            "preislich ... (entgegenkommen|entgegen|machen)", "nicht den (vollen|ganzen) (preis|betrag)",
        ],
        [
            "(kein|keinen|ohne) (rabatt|nachlass|preisnachlass)",
            "(im|vom) shop", "(rabatt|rabatte) (code|feld|aktion|banner|seite|anzeige|wird)", "(wettbewerb|versand)",
        ],
        [
            "Geht das auch günstiger?", "Können Sie uns einen Rabatt geben?", "Können wir am Preis noch etwas machen?",
            "Wir werden nicht den vollen Preis zahlen.",
        ],
        [
            "Wir brauchen keinen Rabatt.", "Der Rabatt im Shop wird falsch angezeigt.",
            "Der Flug am Montag ist billiger.",
        ],
    ),
    _cue(
        "zu-teuer",
        [
            "(zu teuer|zu kostspielig|recht teuer|ziemlich teuer|sehr teuer)", "über (unserem|meinem|dem) budget",
            "(sprengt|übersteigt) (unser|mein|das) budget",
            "budget (ist|sind) [leider|sehr|recht|etwas] (begrenzt|knapp|klein|beschränkt)",
            "budget (kürzen|reduzieren|senken)",
            "(preis|angebot|rechnung|honorar|betrag|stundensatz) (ist|erscheint|war|scheint) [uns|mir] [leider|"
            "etwas|viel|deutlich] (zu hoch|überzogen)",
        ],
        ["(nicht|nie) (zu|so|sehr) teuer", "(wirken|wirkt|aussehen|aussieht|klingen|klingt)"],
        ["Das ist uns zu teuer.", "Wir müssen das Budget kürzen.", "Die Rechnung ist deutlich zu hoch."],
        ["Der Umschlag darf nicht zu teuer wirken.", "Das Hotel ist zu teuer.", "Das war nicht so teuer, danke."],
    ),
    _cue(
        "gratis",
        [
            "(kostenlos|kostenfrei|gratis|umsonst|unentgeltlich)",
            "ohne (aufpreis|mehrkosten|zusatzkosten|zusätzliche kosten|berechnung)",
            "(zum|für den) (gleichen|selben) preis", "im preis (drin|inbegriffen|enthalten)",
        ],
        [
            "(war|waren|nicht|alles) umsonst",
            "(versand|lieferung|eintritt|download|downloads|parken|parkplatz|muster|newsletter|testversion)",
        ],
        ["Können Sie die Karte kostenlos dazunehmen?", "Geht das ohne Aufpreis?"],
        ["Der Versand ist kostenlos.", "Die Fahrt war umsonst."],
    ),
    _cue(
        "kulanz",
        ["(als|aus|auf) (kulanz|gefälligkeit|freundschaftsdienst)", "(kulanterweise|kulanzhalber)"],
        [],
        ["Können Sie das aus Kulanz übernehmen?"],
        ["Tun Sie mir einen Gefallen und rufen Sie an."],
    ),
)  # fmt: skip

_FRENCH = _cues(
    "(clients|visiteurs|lecteurs|membres|concurrents|hôtel|billet|billets)",
    _cue(
        "moins-cher",
        [
            "(moins cher|moins chère|moins coûteux)",
            "(faire|accorder|consentir|obtenir|avoir) [nous|me] [une|un] [petite|petit] (remise|rabais|ristourne)",
            "geste commercial",
            "(baisser|réduire|diminuer|négocier|revoir) [un peu] (le|les|votre|vos|ton|tes) (prix|tarif|tarifs|"
            "devis|facture)",
        ],
        ["(code|champ|bandeau|bouton)", "livraison", "(sans|pas de|aucune) (remise|rabais)"],
        ["Serait-il possible de faire moins cher ?", "Pourriez-vous nous faire une remise ?"],
        [
            "Le champ du code de remise est trop petit.", "La remise des clés est lundi.",
            "Nos clients veulent moins cher.",
        ],
    ),
    _cue(
        "trop-cher",
        [
            "(trop|vraiment|assez) (cher|chère)",
            "(prix|devis|tarif|montant|facture) (est|semble|paraît) [un peu|bien|beaucoup|"
            "nettement] trop (élevé|élevée)", "(dépasse|dépassent|hors de) (notre|mon|le) budget",
        ],
        ["pas [être|paraître] trop (cher|chère)"],
        ["C'est trop cher pour nous.", "Votre devis dépasse notre budget."],
        ["La couverture ne doit pas paraître trop chère.", "L'hôtel est trop cher."],
    ),
    _cue(
        "gratuit",
        [
            "(gratuitement|gracieusement|à titre gracieux|à titre gratuit)",
            "sans (supplément|surcoût|frais supplémentaires|coût supplémentaire)", "(au|pour le) même (prix|tarif)",
        ],
        ["(livraison|entrée|téléchargement|téléchargements|inscription)"],
        ["Pourriez-vous l'ajouter gratuitement ?", "Est-ce possible au même prix ?"],
        ["La livraison se fait gratuitement.", "Les visiteurs entrent gratuitement."],
    ),
    _cue(
        "a-titre-de-geste",
        ["(à titre|en guise) de (geste|faveur)", "à titre (amical|commercial)"],
        [],
        ["Pourriez-vous le faire à titre de geste ?"],
        ["Pourriez-vous me rendre service et me rappeler ?"],
    ),
)  # fmt: skip

_SPANISH = _cues(
    "(clientes|visitantes|usuarios|lectores|competencia|hotel|vuelo|billete)",
    _cue(
        "mas-barato",
        [
            "(más barato|más barata|más económico|más económica)", "(descuento|rebaja)",
            "(bajar|rebajar|reducir|ajustar|negociar) [un poco] (el|los|la|su|tu) (precio|precios|presupuesto|"
            "tarifa|factura)",
        ],
        ["(código|campo|banner|botón|cupón)", "(sin|ningún) descuento", "envío"],
        ["¿Nos podría hacer un descuento?", "¿Se puede hacer más barato?", "¿Puedes bajar un poco el precio?"],
        ["El campo del código de descuento es pequeño.", "El hotel del centro es más barato."],
    ),
    _cue(
        "demasiado-caro",
        [
            "(demasiado|muy|bastante) (caro|cara)", "(fuera de|supera|excede) (nuestro|mi|el) presupuesto",
            "(precio|presupuesto|importe|tarifa) (es|parece) (demasiado|muy) (alto|elevado|alta|elevada)",
        ],
        ["no (es|sea|parezca|debe parecer) (demasiado|muy) (caro|cara)"],
        ["Es demasiado caro para nosotros.", "El presupuesto es muy alto."],
        ["La portada no debe parecer demasiado cara.", "El hotel es muy caro."],
    ),
    _cue(
        "gratis",
        [
            "(gratis|gratuitamente)", "sin (cargo|coste adicional|costo adicional|costes adicionales|coste extra)",
            "(por el|al) mismo precio",
        ],
        ["(envío|entrada|descarga|descargas|muestra|muestras)"],
        ["¿Podrías añadir el mapa gratis?", "¿Puede ser por el mismo precio?"],
        ["El envío es gratis.", "Los usuarios entran gratis."],
    ),
    _cue(
        "como-favor",
        ["como (favor|un favor|cortesía|gesto)", "a modo de cortesía"],
        [],
        ["¿Podrías incluirlo como un favor?"],
        ["¿Me haces un favor y me llamas?"],
    ),
)  # fmt: skip

_ITALIAN = _cues(
    "(clienti|visitatori|utenti|lettori|concorrenza|albergo|hotel|volo)",
    _cue(
        "meno-caro",
        [
            "(più economico|più economica|meno caro|meno cara)", "(sconto|ribasso)",
            "(abbassare|ridurre|rivedere|ritoccare) [un po] (il|la|i) [vostro|suo|tuo] (prezzo|prezzi|"
            "preventivo|tariffa|fattura)",
        ],
        ["(codice|campo|banner|pulsante)", "(nessuno|senza) sconto", "spedizione"],
        ["Ci può fare uno sconto?", "Si può ridurre il prezzo?"],
        ["Il campo del codice sconto è piccolo.", "Vendiamo senza sconto."],
    ),
    _cue(
        "troppo-caro",
        [
            "(troppo|molto|piuttosto) (caro|cara|costoso|costosa)",
            "(prezzo|preventivo|importo|tariffa) (è|sembra) (troppo|molto) (alto|alta|elevato|elevata)",
            "(fuori dal|supera il|sfora il) [nostro|mio] budget",
        ],
        ["non [deve|è] [sembrare] (troppo|molto) (caro|cara|costoso|costosa)"],
        ["È troppo caro per noi.", "Il preventivo è troppo alto."],
        ["La copertina non deve sembrare troppo costosa.", "L'albergo è troppo caro."],
    ),
    _cue(
        "gratis",
        [
            "(gratis|gratuitamente|a titolo gratuito)",
            "senza (costi aggiuntivi|supplemento|sovrapprezzo|spese aggiuntive)", "allo stesso prezzo",
        ],
        ["(spedizione|ingresso|download|campione|campioni)"],
        ["Potrebbe aggiungere la mappa gratis?", "Si può fare allo stesso prezzo?"],
        ["La spedizione è gratis.", "I visitatori entrano gratuitamente."],
    ),
    _cue(
        "come-favore",
        ["come (favore|un favore|cortesia|gesto)", "a titolo di (cortesia|favore)"],
        [],
        ["Può includerlo come favore?"],
        ["Mi fa un favore e mi richiama?"],
    ),
)  # fmt: skip

_PORTUGUESE = _cues(
    "(clientes|visitantes|utilizadores|usuários|leitores|concorrência|hotel|voo)",
    _cue(
        "mais-barato",
        [
            "(mais barato|mais barata|mais em conta|mais económico|mais econômico)", "(desconto|abatimento)",
            "(baixar|reduzir|diminuir|rever|negociar) [um pouco] (o|os|a) [seu|vosso|teu] (preço|preços|valor|"
            "orçamento|fatura)",
        ],
        ["(código|campo|banner|botão|cupão|cupom)", "(sem|nenhum) desconto", "envio"],
        ["Pode fazer-nos um desconto?", "Dá para ficar mais barato?", "É possível reduzir o preço?"],
        ["O campo do código de desconto é pequeno.", "O hotel do centro é mais barato."],
    ),
    _cue(
        "caro-demais",
        [
            "(caro demais|cara demais|demasiado caro|demasiado cara|muito caro|muito cara)",
            "(preço|orçamento|valor) (é|parece|está) (demasiado|muito) (alto|elevado)",
            "(fora do|ultrapassa o|excede o) [nosso|meu] orçamento",
        ],
        ["não (deve parecer|é|seja) (demasiado|muito) (caro|cara)"],
        ["É caro demais para nós.", "O orçamento é muito alto."],
        ["A capa não deve parecer muito cara.", "O hotel é muito caro."],
    ),
    _cue(
        "gratis",
        [
            "(grátis|de graça|gratuitamente)", "sem (custo adicional|custos adicionais|custo extra|acréscimo)",
            "(pelo|ao) mesmo preço",
        ],
        ["(envio|entrada|download|downloads|portes|amostra|amostras)"],
        ["Podia acrescentar o mapa de graça?", "Pode ser pelo mesmo preço?"],
        ["O envio é grátis.", "Os visitantes entram de graça."],
    ),
    _cue(
        "como-favor",
        ["como (favor|um favor|cortesia|gesto)", "a título de cortesia"],
        [],
        ["Pode incluir isso como cortesia?"],
        ["Faz-me um favor e liga-me?"],
    ),
)  # fmt: skip

_DUTCH = _cues(
    "(klant|klanten|bezoekers|gebruikers|lezers|concurrent|concurrenten|hotel|vlucht)",
    _cue(
        "goedkoper",
        [
            "(goedkoper|voordeliger)", "(korting|prijsverlaging)",
            "(prijs|tarief|offerte|factuur) ... (verlagen|omlaag|zakken)", "(lagere|betere|scherpere) (prijs|offerte)",
            "niet (de volledige|het volledige) (prijs|bedrag)",
        ],
        ["(geen|zonder) korting", "(veld|banner|knop|kortingscode)", "verzending"],
        ["Kunnen we korting krijgen?", "Kan het goedkoper?", "Kan de prijs wat omlaag?"],
        ["Het veld voor de korting is te klein.", "We hoeven geen korting."],
    ),
    _cue(
        "te-duur",
        [
            "(te duur|erg duur|vrij duur|behoorlijk duur)",
            "(prijs|offerte|tarief|factuur) (is|lijkt) [ons] [veel|een beetje|wat] te hoog",
            "(boven|buiten) (ons|mijn|het) budget",
        ],
        ["niet te duur", "(lijken|ogen|uitzien)"],
        ["Dat is ons te duur.", "De offerte is veel te hoog."],
        ["De omslag mag niet te duur lijken.", "Het hotel is te duur."],
    ),
    _cue(
        "gratis",
        [
            "(gratis|kosteloos)", "zonder (meerkosten|extra kosten|meerprijs|bijkomende kosten)",
            "voor (dezelfde|hetzelfde) (prijs|geld|bedrag)",
        ],
        ["(verzending|toegang|parkeren|download|downloads|proefversie)"],
        ["Kun je de kaart gratis toevoegen?", "Kan dat voor dezelfde prijs?"],
        ["De verzending is gratis.", "Bezoekers kunnen gratis parkeren."],
    ),
    _cue(
        "coulance",
        ["uit coulance", "coulancehalve", "als (vriendendienst|gunst|geste)"],
        [],
        ["Kun je dat uit coulance doen?"],
        ["Wil je me een plezier doen en bellen?"],
    ),
)  # fmt: skip

PRICE_CUES: dict[str, dict[str, Any]] = {
    "en": _ENGLISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "it": _ITALIAN,
    "pt": _PORTUGUESE,
    "nl": _DUTCH,
}
"""The tables of each language, as `Lexicon.from_tables` reads them."""
