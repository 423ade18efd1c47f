"""What was said on the command line about a cluster in, its checked address out; and who is ready there, in lines."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from interview_tui.cli.output import aside, several

if TYPE_CHECKING:
    from interview_tui.batch.cluster import ClusterAddress
    from interview_tui.pipeline.transcript import ModelFile

_FILE = click.Path(path_type=Path, dir_okay=False)


def cluster_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options for a cluster; they arrive as one ``cluster`` argument, None where there is none."""

    @click.option(
        "--cluster",
        "url",
        metavar="tls://HOST:PORT",
        help="Let your team's Dask cluster do the hearing, see docs/cluster.md. What goes there is sealed.",
    )
    @click.option("--tls-ca", type=_FILE, envvar="INTERVIEW_TUI_TLS_CA", help="The cluster's CA, a PEM file.")
    @click.option("--tls-cert", type=_FILE, envvar="INTERVIEW_TUI_TLS_CERT", help="Your certificate from that CA.")
    @click.option("--tls-key", type=_FILE, envvar="INTERVIEW_TUI_TLS_KEY", help="The key to your certificate.")
    @click.option(
        "--cluster-wait",
        type=click.FloatRange(min=0.0),
        default=1.0,
        show_default=True,
        metavar="MINUTES",
        help="How long to wait for machines of the cluster that are not there, yet or any more.",
    )
    @functools.wraps(function)
    def verb(
        *arguments: Any,
        url: str | None,
        tls_ca: Path | None,
        tls_cert: Path | None,
        tls_key: Path | None,
        cluster_wait: float,
        **options: Any,
    ) -> Any:
        cluster = None
        if url is not None:
            if tls_ca is None or tls_cert is None or tls_key is None:
                raise click.UsageError("--cluster needs --tls-ca, --tls-cert and --tls-key.")
            cluster = _address(url, tls_ca, tls_cert, tls_key, 60 * cluster_wait)
        return function(*arguments, cluster=cluster, **options)

    return verb


def _address(url: str, ca: Path, cert: Path, key: Path, patience: float) -> "ClusterAddress":
    from interview_tui.batch.cluster import cluster_address

    return cluster_address(url, ca, cert, key, patience)


def say_who_is_ready(cluster: "ClusterAddress", model: "ModelFile") -> None:
    """Ask the cluster before sound is opened. Raises ``ClusterError``, also where no machine can be used."""
    from interview_tui.batch.cluster import look_at

    seen = look_at(cluster, model)
    aside(f"The cluster at {cluster}: {several(seen.usable, 'machine')} ready.")
    for problem in seen.problems:
        aside(problem)
