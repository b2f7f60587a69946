"""params.yaml as small frozen sections: every parameter is declared here once, and an unknown key is an error."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import Field, PositiveInt, model_validator

from ser_tasks.params.asr import AsrParams, FasterWhisperParams, PocketsphinxParams
from ser_tasks.params.base import Count, Fraction, Name, Once, Section
from ser_tasks.params.bundles import BundleParams, ReliabilityParams
from ser_tasks.params.cross import CrossParams
from ser_tasks.params.evaluations import EvaluationLine, Evaluations
from ser_tasks.params.inference import PredictParams, TimelineParams, VoiceParams
from ser_tasks.params.models import (
    AugmentationParams,
    LogisticParams,
    MlpCccParams,
    NetworkParams,
    RidgeParams,
    SpecAugmentParams,
    SvmParams,
    SvmPublishedParams,
    SvrParams,
    TrainingParams,
)
from ser_tasks.params.protocols import (
    BalanceParams,
    CorpusParams,
    EmoboxFolds,
    InflationParams,
    LeaveSessionOut,
    Loso,
    OfficialSplit,
    Protocol,
    ProtocolName,
    SpeakerDependent,
    SpeakerFolds,
    SpeakerIndependent,
    SpeakerKfold,
    SpeakerPairs,
    VerifyParams,
)
from ser_tasks.params.requests import RequestParams
from ser_tasks.params.robustness import ConditionsParams, RobustnessParams, ToleranceParams
from ser_tasks.params.sound import (
    AudioParams,
    ConditioningParams,
    DemoParams,
    SignalAugmentationParams,
    StoreParams,
    TrimParams,
    WienerParams,
)
from ser_tasks.params.text import (
    Balance,
    ContextParams,
    NgramParams,
    SentenceEncoderParams,
    SentenceRidgeParams,
    SentenceVectorsParams,
    TextNetworkParams,
    TfidfParams,
    TfidfRidgeParams,
    WordsParams,
)

__all__ = [
    "MEMBERS",
    "AsrParams",
    "AudioParams",
    "AugmentationParams",
    "Balance",
    "BalanceParams",
    "BundleParams",
    "ConditioningParams",
    "ConditionsParams",
    "ContextParams",
    "CorpusParams",
    "CrossParams",
    "DemoParams",
    "EmoboxFolds",
    "EnsembleParams",
    "EvaluationLine",
    "EvaluationParams",
    "FasterWhisperParams",
    "InflationParams",
    "LeaveSessionOut",
    "LogisticParams",
    "Loso",
    "MlpCccParams",
    "NetworkParams",
    "NetworksParams",
    "NgramParams",
    "OfficialSplit",
    "Params",
    "PocketsphinxParams",
    "PredictParams",
    "Protocol",
    "ProtocolName",
    "ReliabilityParams",
    "RequestParams",
    "RidgeParams",
    "RobustnessParams",
    "Section",
    "SentenceEncoderParams",
    "SentenceRidgeParams",
    "SentenceVectorsParams",
    "SignalAugmentationParams",
    "SpeakerDependent",
    "SpeakerFolds",
    "SpeakerIndependent",
    "SpeakerKfold",
    "SpeakerPairs",
    "SpecAugmentParams",
    "StoreParams",
    "SvmParams",
    "SvmPublishedParams",
    "SvrParams",
    "TextNetworkParams",
    "TfidfParams",
    "TfidfRidgeParams",
    "TimelineParams",
    "ToleranceParams",
    "TrainingParams",
    "TrimParams",
    "TuningParams",
    "VerifyParams",
    "VoiceParams",
    "WienerParams",
    "WordsParams",
    "WorkersParams",
]


class NetworksParams(Section):
    """Each network: its sizes, and how its training differs."""

    @classmethod
    def completed(cls, sections: Mapping[str, Any], training: Mapping[str, Any]) -> dict[str, Any]:
        """Each network trained as `training` says, but for what its file and then its own section say.

        A network whose sizes all have defaults needs no section.
        """
        networks = {name: cast("type[NetworkParams]", field.annotation) for name, field in cls.model_fields.items()}
        bare: dict[str, Any] = {name: {} for name, network in networks.items() if network.has_defaults()}
        own = {name: _merged(training, network.own_training) for name, network in networks.items()}
        return {name: _trained(section, own.get(name, training)) for name, section in {**bare, **sections}.items()}


MEMBERS = 8  # of an ensemble, at most


class EnsembleParams(Section):
    """Answers of several models made one."""

    corpus: Name  # one of those under corpus:
    protocol: ProtocolName  # of the evaluations whose predictions are combined
    members: Annotated[
        tuple[str, ...], Once, Field(min_length=2, max_length=MEMBERS)
    ]  # models that were evaluated on it
    rule: Literal[
        "average", "geometric_average", "maximum_confidence", "weighted_average", "stacking"
    ]  # of their posteriors; the last two are fitted on the other folds


class EvaluationParams(Section):
    """How a result is stated."""

    seed: Annotated[int, Field(ge=0)]  # of random folds, fits and the bootstrap
    bootstrap_resamples: PositiveInt  # draws of whole speakers, for the interval
    confidence: Fraction  # of the interval


class KernelParams(Section):
    """Kernel machines (svm, svr), whose cost grows with the square of the training set."""

    largest: PositiveInt  # training utterances, augmented copies too; with more they are refused


class TuningParams(Section):
    """How `ser tune` searches."""

    trials: PositiveInt  # of a study
    startup_trials: PositiveInt  # of them, drawn at random before earlier ones guide the search
    inner_folds: Count  # of the training part, by speaker
    prune_after: PositiveInt  # inner folds, then a trial below the median of the others is given up


class WorkersParams(Section):
    """Where tasks run: threads, processes, or the address of a Dask scheduler (tcp://host:port)."""

    where: Annotated[str, Field(pattern=r"^(threads|processes|(tcp|tls|ucx)://\S+:\d{1,5})$")]  # tcp://host:8786: Dask
    count: PositiveInt  # threads or processes; beside a scheduler, of tuning: trials at a time


class Params(Section):
    """The whole of params.yaml."""

    evaluations: Evaluations  # what these read, features and transcripts, is made for them
    corpus: dict[Name, CorpusParams]
    speaker_dependent: SpeakerDependent
    demo: DemoParams
    audio: AudioParams
    conditioning: ConditioningParams
    signal_augmentation: SignalAugmentationParams
    store: StoreParams
    asr: AsrParams
    svm: SvmParams
    svm_published: SvmPublishedParams
    embedding_svm: SvmParams
    logistic: LogisticParams
    ridge: RidgeParams
    svr: SvrParams
    mlp_ccc: MlpCccParams
    tfidf: TfidfParams
    tfidf_context: TfidfParams
    tfidf_ridge: TfidfRidgeParams
    sentence_encoder: SentenceEncoderParams
    sentence_encoder_ridge: RidgeParams
    training: TrainingParams
    networks: NetworksParams
    ensembles: dict[Name, EnsembleParams]
    bundles: dict[Name, BundleParams]
    reliability: ReliabilityParams
    cross: dict[Name, CrossParams]
    evaluation: EvaluationParams
    inflation: InflationParams
    kernels: KernelParams
    verify: VerifyParams
    predict: PredictParams
    timeline: TimelineParams
    requests: RequestParams
    robustness: RobustnessParams
    tuning: TuningParams
    workers: WorkersParams

    def for_corpus(self, name: str) -> "Params":
        """The same, every network trained for as many epochs as the corpus says, if it does."""
        epochs = self.corpus[name].epochs
        if epochs is None:
            return self
        trained = {
            key: section.model_copy(update={"training": section.training.model_copy(update={"epochs": epochs})})
            for key, section in self.networks
        }
        return self.model_copy(update={"networks": self.networks.model_copy(update=trained)})

    @model_validator(mode="before")
    @classmethod
    def _training_of_each_network(cls, values: Any) -> Any:
        """Each network is trained as the section `training` says, but for what its own section says."""
        match values:
            case {"training": dict(common), "networks": dict(networks)}:
                declared = cast("type[NetworksParams]", cls.model_fields["networks"].annotation)
                return values | {"networks": declared.completed(networks, common)}
        return values


def _trained(network: Any, common: Mapping[str, Any]) -> Any:
    own = network.get("training", {}) if isinstance(network, dict) else None
    return network | {"training": _merged(common, own)} if isinstance(own, dict) else network


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` laid over `common`, section by section."""
    both_sections = {key for key, value in own.items() if isinstance(value, dict) and isinstance(common.get(key), dict)}
    return {**common, **{key: _merged(common[key], own[key]) if key in both_sections else own[key] for key in own}}
