"""Never lost, never doubled, at the points that matter most. `make torture` (`rounds.py`) plays all the others."""

from __future__ import annotations

from torture.audit import audit
from torture.killer import Life
from torture.stage import Stage


class TestThePointsThatMatter:
    """Each of these is between two things that would be one if they could."""

    def test_between_what_was_read_and_what_is_said(self, stage: Stage) -> None:
        """Nothing was handed over: whatever was read or decided, nothing of it is in doubt."""
        with stage.round() as played:
            played.deliver()
            played.play(Life(point="commit watch-studio after"), Life(point="commit outbox before"))
            assert played.died == 2
            assert audit(played)["unknown"] == 0

    def test_the_reply_is_lost_with_the_process(self, stage: Stage) -> None:
        """The server accepted a client's mail, and the store says no more than that it was being handed over."""
        with stage.round() as played:
            played.deliver()
            played.play(Life(point="smtp dot to client answered", number=2), once=True)
            assert played.died == 1
            assert audit(played) == {"sent": 3, "unknown": 1, "withheld": 2}

    def test_sent_tells_where_the_server_files_what_it_accepts(self, stage: Stage) -> None:
        with stage.round(files=True) as played:
            played.deliver()
            played.play(Life(point="smtp dot to client answered", number=2))
            assert played.died == 1
            assert audit(played)["unknown"] == 0

    def test_the_reply_is_lost_on_the_wire(self, stage: Stage) -> None:
        """The client has the mail, the owner is told that nobody knows, and no crash has it sent again."""
        with stage.round() as played:
            played.deliver()
            played.lose_answer_to("ada@acme.example")
            played.play(Life(point="commit chores after"))
            assert played.died == 1
            assert audit(played)["unknown"] >= 1

    def test_sent_tells_later_what_was_lost_on_the_wire(self, stage: Stage) -> None:
        with stage.round(files=True) as played:
            played.deliver()
            played.lose_answer_to("ada@acme.example")
            played.play()
            played.live(Life(once=True))
            assert audit(played)["unknown"] == 0

    def test_a_copy_is_filed_once(self, stage: Stage) -> None:
        """The server has all of it, and nobody has noted that."""
        with stage.round() as played:
            played.deliver()
            # A single run does one thing after the other, so that no other mail is on its way out at that moment.
            played.play(Life(point="imap end of literal after", once=True))
            assert played.died == 1
            assert audit(played)["unknown"] == 0
