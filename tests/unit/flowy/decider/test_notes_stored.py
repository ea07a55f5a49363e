"""Signals and side effects whose values lie in a payload store."""

from story import RUN, Story
from workflows import make, result_of

from flowy import Workflow, forms, on_signal, references, workflow
from flowy.converter import Converter
from flowy.decider import Execution, decide
from flowy.payloads import Payloads
from flowy.payloads.directory import DirectoryStore
from flowy.registry import Registry
from flowy.swf import events as e

LONG = "x" * 40_000


def decided(story, payloads):
    """A decision whose texts cross to SWF and back as a worker's do."""
    story.poll()
    verdict = decide(story.registry, RUN, story.type, story.events, payloads.load)
    sent = tuple(map(payloads.write_decision, verdict.decisions))
    story.answer(sent, payloads.write_context(verdict.context))
    return verdict


def stored(tmp_path):
    return Payloads(DirectoryStore(tmp_path))


def roomy(cls):
    """A registry whose converter writes what a store takes."""
    registry = Registry()
    registry.add(cls)
    registry.vocabulary.allow(10**7)
    return registry


def signal(story, name, payloads, value):
    text = forms.write_result(value, Converter(longest=10**7))
    story.add(e.WorkflowExecutionSignaled(signal_name=name, input=payloads.write(text)))


def test_a_signal_from_the_store_is_opened_when_the_code_needs_it(tmp_path):
    payloads = stored(tmp_path)
    story = Story(make(lambda self: len(self.signal("go").result())))
    signal(story, "go", payloads, LONG)

    assert references.find(story.events[-1].attributes.input)
    assert result_of(decided(story, payloads)) == len(LONG)


def test_a_handler_gets_the_value_from_the_store(tmp_path):
    class Hears(Workflow):
        def run(self):
            self.heard = 0
            self.sleep(5).result()
            return self.heard

        @on_signal("go")
        def go(self, value):
            self.heard = len(value)

    payloads = stored(tmp_path)
    story = Story(workflow("Hears", 1, "decisions")(Hears))
    signal(story, "go", payloads, LONG)
    decided(story, payloads)
    story.fire("sleep-1")

    assert result_of(decided(story, payloads)) == len(LONG)


def test_a_long_side_effect_comes_back_from_the_store_and_is_no_difference(tmp_path):
    ran = []

    def run(self):
        value = self.side_effect(lambda: ran.append(1) or LONG)
        self.sleep(5).result()
        return len(value)

    payloads = stored(tmp_path)
    cls = make(run)
    story = Story(cls)
    story.registry = roomy(cls)
    kept = Execution(story.registry.workflow(story.type), RUN, story.registry)
    story.poll()
    kept.activate(story.events)
    story.events = story.events[:-2]
    decided(story, payloads)
    story.fire("sleep-1")
    marker = next(x for x in story.events if isinstance(x.attributes, e.MarkerRecorded))
    assert references.find(marker.attributes.details)

    story.poll()
    assert [x.result for x in kept.activate(story.events).decisions] == ["40000"]
    story.events = story.events[:-2]
    assert result_of(decided(story, payloads)) == len(LONG)
    assert len(ran) == 2  # by the kept one and by the first fresh one: never in replay
    kept.evict()
