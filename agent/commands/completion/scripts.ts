/** What each shell is told once. It asks `keelson complete` at each key: a newer program needs no newer script. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Without a word of failure: a shell that completes must not print. */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for keelson: /usr/share/bash-completion/completions/keelson, or eval "$(keelson completion bash)"
_keelson() {
  local -a lines patterns
  local pattern
  mapfile -t lines < <("\${COMP_WORDS[0]}" complete bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  COMPREPLY=()
  case \${lines[0]-} in
    values) COMPREPLY=("\${lines[@]:1}") ;;
    folders)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")
      ;;
    files)
      compopt -o filenames
      for pattern in "\${lines[@]:1}"; do
        mapfile -t patterns < <(compgen -f -X "!$pattern" -- "\${COMP_WORDS[COMP_CWORD]}")
        COMPREPLY+=("\${patterns[@]}")
      done
      mapfile -t patterns < <(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")
      COMPREPLY+=("\${patterns[@]}")
      ;;
  esac
  # A value that ends so goes on: --output=
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=.] ]]; then compopt -o nospace; fi
}
complete -F _keelson keelson
`,
  zsh: `#compdef keelson
# zsh completion for keelson: /usr/share/zsh/vendor-completions/_keelson, or eval "$(keelson completion zsh)"
_keelson() {
  local -a lines values shown
  local line value about
  lines=("\${(@f)$("\${(Q)words[1]}" complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  case \${lines[1]-} in
    values)
      for line in "\${(@)lines[2,-1]}"; do
        [[ -n $line ]] || continue
        value=\${line%%$'\\t'*}
        about=\${line#*$'\\t'}
        values+=("$value")
        if [[ $about == "$line" ]]; then shown+=("$value"); else shown+=("$value  -- $about"); fi
      done
      (( \${#values} )) && compadd -l -d shown -a values
      ;;
    folders) _files -/ ;;
    # With an empty one beside: one pattern alone in brackets would be a qualifier.
    files) _files -g "(\${(j:|:)\${(@)lines[2,-1]}}|)" ;;
  esac
}
if [[ \${funcstack[1]-} == _keelson ]]; then _keelson "$@"; else compdef _keelson keelson; fi
`,
  fish: `# fish completion for keelson: /usr/share/fish/vendor_completions.d/keelson.fish, or keelson completion fish | source
function __keelson_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete fish $words[2..] "$current" 2>/dev/null)
    switch "$lines[1]"
        case values
            string join \\n -- $lines[2..]
        case folders
            __fish_complete_directories "$current" ''
        case files
            for found in (complete -C "__fish_command_without_completions $current")
                set -l path (string split -f 1 \\t -- $found)
                for pattern in '*/' $lines[2..]
                    if string match -q -- $pattern $path
                        echo $found
                        break
                    end
                end
            end
    end
end
complete -c keelson -f -a '(__keelson_complete)'
`,
};
