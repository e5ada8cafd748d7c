"""The scripts by which bash, zsh and fish ask what could stand next, and how each is understood.

As click's own, but values behind ``--option=`` are completed too. A shell replaces the word at the cursor: in bash that
is what stands behind the last ``=`` or ``:``, in zsh and fish the option as well.
"""

from __future__ import annotations

import os

from click.shell_completion import (
    BashComplete,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

_BASH = """\
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" type value
    local word="${line##*[[:space:]]}" option=
    local kept="${word%%"$2"}"
    if [[ $word == --*=* ]]; then option="${word%%%%=*}="; fi
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) value="$option$value"; COMPREPLY+=("${value#"$kept"}") ;;
        esac
    done < <(env COMP_WORDS="$line" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a plain described answer
    local type key help
    (( ! $+commands[%(prog_name)s] )) && return 1
    local asked=(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT-1)) %(complete_var)s=zsh_complete)
    answer=("${(@f)$(env $asked %(prog_name)s)}")
    # what is completed of --option=value is the value
    compset -P '--*='
    for type key help in ${answer}; do
        case $type in
            dir) _path_files -/ ;;
            file) _path_files -f ;;
            plain) if [[ $help == _ ]]; then plain+=("$key"); else described+=("$key:$help"); fi ;;
        esac
    done
    if (( $#described )); then _describe -V unsorted described; fi
    if (( $#plain )); then compadd -V unsorted -a plain; fi
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    # autoload from fpath, call function directly
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l token (commandline -t)
    set -l option ""
    string match --quiet -- "--*=*" $token; and set option (string replace --regex "=.*" "=" -- $token)
    for answer in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD=$token %(prog_name)s)
        set -l parts (string split --max 1 , -- $answer)
        switch $parts[1]
            case dir
                string join \\n -- $option(__fish_complete_directories $parts[2])
            case file
                string join \\n -- $option(__fish_complete_path $parts[2])
            case plain
                string join \\n -- $option$parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Bash(BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words of the line up to the cursor, and the one that is being typed: bash itself splits at = and :."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)
        incomplete = words.pop() if words and not line[-1].isspace() else ""
        return words[1:], incomplete


class _Zsh(ZshComplete):
    source_template = _ZSH


class _Fish(FishComplete):
    source_template = _FISH


SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def use_shells() -> None:
    """Let the shells be answered in the words of these scripts."""
    for shell in SHELLS.values():
        add_completion_class(shell)
