"""Real shells: a line is typed into one, a tab behind it, and what became of it is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

MARK = "@@"
PROMPT = "ready: "

# Ctrl-O prints the line as it stands between marks; what a tab listed before stands above that.
SCRIPTS = {
    "bash": f"""
PS1="{PROMPT}" HISTFILE=/dev/null
bind 'set show-all-if-ambiguous on'; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'
told() {{ printf '\\n{MARK}%s{MARK}\\n' "$READLINE_LINE"; READLINE_LINE=; READLINE_POINT=0; }}
bind -x '"\\C-o": told'
eval "$(sqlsel completion bash)"
""",
    "zsh": f"""
PS1="{PROMPT}"; LISTMAX=1000; unset zle_bracketed_paste; setopt NO_LIST_AMBIGUOUS NO_BEEP
autoload -Uz compinit && compinit -u -D
told() {{ zle -I; print -r -- $'\\n'"{MARK}$BUFFER{MARK}"; BUFFER=; }}
zle -N told; bindkey -e; bindkey '^O' told
eval "$(sqlsel completion zsh)"
""",
}
ALONE = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}


def program(name: str) -> str:
    """Where a shell is; a test without one is skipped."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here: apt install {name}")
    return found


@contextmanager
def shell_that_completes(name: str, *, folder, environment):
    """A shell with the completion of sqlsel, in a folder: what a line is after a tab, and what was listed below it."""
    if name == "fish":
        yield Fish(program(name), folder, environment)
        return
    pexpect = pytest.importorskip("pexpect")
    (folder / f".{name}rc").write_text(SCRIPTS[name])
    environment = {**environment, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    started = {"cwd": str(folder), "env": environment, "encoding": "utf-8", "timeout": 60, "dimensions": (24, 100)}
    process = pexpect.spawn(program(name), ALONE[name], **started)
    try:
        process.sendline(f"source ./.{name}rc; echo be''gun")
        process.expect("begun")
        process.expect(PROMPT)
        yield Terminal(process)
    finally:
        process.close(force=True)


@dataclass
class Terminal:
    """bash or zsh on a pseudo-terminal, waiting for a line."""

    process: object

    def typed(self, line: str) -> tuple[str, set[str]]:
        self.process.send(f"{line}\t\x0f")
        self.process.expect(f"{MARK}(.*?){MARK}")
        after, (_, *below) = self.process.match[1], self.process.before.splitlines()
        self.process.expect(PROMPT)
        listed = set()
        for row in map(plain, below):
            if row.startswith(PROMPT):
                break
            listed.update(re.split(r"\s+-- ", row)[0].split())
        return after, listed


def plain(row: str) -> str:
    """A row of a terminal without what moves the cursor."""
    return re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>])|\r", "", row)


@dataclass
class Fish:
    """fish, which answers the same question without a terminal."""

    program: str
    folder: object
    environment: dict[str, str]

    def typed(self, line: str) -> tuple[str, set[str]]:
        script = "sqlsel completion fish | source; complete -C $argv[1]"
        asked = [self.program, "--no-config", "-c", script, line]
        environment = {**self.environment, "HOME": str(self.folder)}
        done = subprocess.run(asked, cwd=self.folder, env=environment, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        listed = {row.split("\t")[0] for row in done.stdout.splitlines() if row}
        if len(listed) != 1:
            return line, listed
        word = listed.pop()
        return line[: len(line) - len(line.rpartition(" ")[2])] + word + ("" if word.endswith("/") else " "), listed
