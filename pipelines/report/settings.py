"""The sections of params.yaml that a comparison reads."""

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ser_tasks.params import EvaluationParams, ReliabilityParams
from ser_tasks.params.reading import LOADER, PARAMS_FILE


class ComparisonParams(BaseModel):
    """Of evaluations, how their intervals are made; of reliability, how calibration is shown."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    evaluation: EvaluationParams
    reliability: ReliabilityParams


def comparison_params() -> ComparisonParams:
    """Both sections, without loading the tables that the others are held against.

    Raises:
        ParamsError: params.yaml is not there or not YAML, or a value of them is wrong
    """
    try:
        text = PARAMS_FILE.read_text(encoding="utf-8")
        return ComparisonParams.model_validate(yaml.load(text, Loader=LOADER))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError):
        from ser_tasks.params.reading import read_params  # noqa: PLC0415  seconds; it says what is wrong, and where

        return ComparisonParams.model_validate(read_params().model_dump())
