"""Windows of sound in, what they hold out, heard on the machines of a cluster that a team's institution runs (Dask).

address      what a person writes     -> a checked address
door         an address               -> whether it opens only to those whom its CA has signed
connection   an address               -> workers, and work done on each
team         workers                  -> which can be used, with which key
parcel       windows                  -> bytes that one worker can open; and its answer back
handing_out  windows, free workers    -> who hears what; what is late or lost is handed out anew
at_worker    a parcel                 -> an answer: the part that runs on a worker
hearer       all of these             -> a ``Hearer``
looking      an address               -> which workers can be used, and why others cannot
"""

from interview_tui.batch.cluster.address import ClusterAddress, cluster_address
from interview_tui.batch.cluster.hearer import ClusterHearer
from interview_tui.batch.cluster.looking import ClusterSeen, look_at

__all__ = ["ClusterAddress", "ClusterHearer", "ClusterSeen", "cluster_address", "look_at"]
