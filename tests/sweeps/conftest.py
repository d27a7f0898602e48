"""What the tests of sweeps share."""

import os
import subprocess

import pytest


@pytest.fixture
def mount(tmp_path):
    """Return a function that mounts a file system of a given size, or changes it."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mounted(options):
        remount = "remount," if os.path.ismount(folder) else ""
        command = ["mount", "-t", "tmpfs", "-o", remount + options, "tmpfs", str(folder)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("mounting a small disk needs root")
        return folder

    yield mounted
    if os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)
