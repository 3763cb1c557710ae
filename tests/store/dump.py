# SPDX-License-Identifier: MIT
"""dump.py URL STUDY: what `store_client dump` prints, by Optuna."""
import sys

import peer

for t in peer.load(sys.argv[1], sys.argv[2]).get_trials(deepcopy=False):
    print(peer.line(t))
