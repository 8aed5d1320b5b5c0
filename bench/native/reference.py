"""What every native reference shares: the request, the rows, and the time of one thread."""
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def request():
    """Rows (float32, rows × dimensions) from standard input, the parameters, and how often to repeat."""
    import numpy as np

    asked = json.loads(sys.argv[1])
    rows = np.frombuffer(sys.stdin.buffer.read(), np.float32).reshape(asked["rows"], asked["dimensions"])
    return rows.copy(), asked["params"], asked.get("repeats", 1)


def need(*modules):
    """Ends with code 3 when a library is not installed."""
    import importlib

    try:
        return [importlib.import_module(module) for module in modules]
    except ImportError:
        sys.exit(3)


def measure(work, quality, repeats, warm=None):
    """Prints the best CPU seconds of `work()` and the figures that `quality(result)` makes of its last result."""
    if warm:
        warm()
    best, result = float("inf"), None
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    print(json.dumps({"seconds": best, **quality(result)}))
