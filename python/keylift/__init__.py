"""keylift: finds hard-coded secrets, moves them into a vault, and rewrites the code.

The program is the `keylift` binary that is installed with this package. For programs that scan much at a time,
the scanner itself is here, too, without a process: scan_bytes and scan_paths (docs/python.md).
"""

__all__ = ["Finding", "ScanError", "scan_bytes", "scan_paths"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keylift.scanning import Finding, ScanError, scan_bytes, scan_paths
else:  # when first used: `python -m keylift` is in a hurry

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import keylift.scanning

        return getattr(keylift.scanning, name)

    def __dir__():
        return sorted([*globals(), *__all__])
