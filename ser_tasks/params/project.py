"""The whole of params.yaml: what `Params` holds, and the sections that the tables of feature sets and networks declare.

Built here and not beside `Params`, which the files of both import from: whoever needs the types alone does not load the
tables, and the tables never load this.
"""

from __future__ import annotations

from typing import Any

from pydantic import create_model

from ser_tasks.features.table import SECTIONS
from ser_tasks.models import NETWORKS, TABLE
from ser_tasks.models.declared_model import settings_class
from ser_tasks.params import NetworksParams, Params

_OF_FEATURES: dict[str, Any] = {name: (section, ...) for name, section in SECTIONS.items()}
_OF_NETWORKS: dict[str, Any] = {name: (settings_class(TABLE[name]), ...) for name in NETWORKS}

ProjectNetworks = create_model("ProjectNetworks", __base__=NetworksParams, __module__=__name__, **_OF_NETWORKS)
ProjectParams = create_model(
    "ProjectParams", __base__=Params, __module__=__name__, networks=(ProjectNetworks, ...), **_OF_FEATURES
)
