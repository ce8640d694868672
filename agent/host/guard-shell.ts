/**
 * The shell functions of a guard's script: sh(1), coreutils and /proc, nothing of the agent. They run in the folder
 * of the target, which is open as descriptor 9, so that nobody who may write there can lead them elsewhere: what is
 * new is made in a folder that is ours alone and comes out by rename.
 */

/** Variables: folder (physical, without links), name, spare. */
export const PATH_FUNCTIONS = `
at="/proc/self/fd/9/$name"
enter() {
  cd -P -- "$folder" && [ "$PWD" = "$folder" ] && exec 9<.
}
private() {
  rm -rf -- "./$spare" && mkdir -m 700 -- "./$spare" && cd -P -- "./$spare" &&
    [ "$PWD" = "\${folder%/}/$spare" ] && [ -O . ]
}
leave() {
  cd -P /proc/self/fd/9 && rm -rf -- "./$spare" && durable .
}
durable() {
  sync -- "$1" 2>/dev/null || sync
}
directory() {
  [ -d "$1" ] && [ ! -L "$1" ]
}
attributes() { # owner mode label what
  if [ "$(id -u)" = 0 ]; then chown -h -- "$1" "$4" || return 1; fi
  chmod -- "$2" "$4" || return 1
  [ -z "$3" ] || [ ! -e /sys/fs/selinux/enforce ] || chcon -h -- "$3" "$4" || echo "keelson-guard: no label" >&2
  [ -L "$4" ] || durable "$4"
}
publish() {
  if directory "$at"; then rmdir -- "$at" || return 1; fi
  mv -fT -- ./new "$at"
}
put_file() { # bytes owner mode label
  private && cp -- "$1" ./new && attributes "$2" "$3" "$4" ./new && publish
}
put_attributes() { # owner mode label
  private && ln -P -- "$at" ./new && [ -f ./new ] && [ ! -L ./new ] && attributes "$1" "$2" "$3" ./new
}
put_link() { # target owner
  private && ln -s -- "$1" ./new && if [ "$(id -u)" = 0 ]; then chown -h -- "$2" ./new; fi && publish
}
put_directory() { # owner mode label
  if directory "$at"; then
    cd -P -- "./$name" && [ "$PWD" = "\${folder%/}/$name" ] && attributes "$1" "$2" "$3" .
  else
    private && mkdir ./new && attributes "$1" "$2" "$3" ./new && rm -f -- "$at" && mv -fT -- ./new "$at"
  fi
}
take_away() { # a directory that others use by now stays
  if directory "$at"; then rmdir -- "$at" 2>/dev/null || :; else rm -f -- "$at"; fi
}
`;

/** Variables: mode, id. At boot nothing of before runs any more, and what comes up reads what is back. */
export const EFFECT_FUNCTIONS = `
run() { # number seconds words…
  number=$1 seconds=$2
  shift 2
  env -i PATH="$PATH" LANG=C.UTF-8 KEELSON_EFFECT_ID="guard/$id/$number" timeout -k 2 "$seconds" "$@"
}
unit() { # verb unit signal: what the change made fail needs more than a reload
  verb=$1
  if [ "$mode" = boot ]; then systemctl --quiet is-active -- "$2" || return 0; fi
  if [ "$verb" = reload ] && systemctl --quiet is-failed -- "$2"; then verb=restart; fi
  case $verb in
    reload) systemctl --no-block reload -- "$2" ;;
    restart)
      systemctl reset-failed -- "$2" 2>/dev/null
      systemctl --no-block restart -- "$2"
      ;;
    signal) systemctl kill --signal="$3" -- "$2" ;;
  esac
}
called() { # name entry: by its name, or by the first word of its command line, which kernel threads lack
  read -r comm <"$2/comm" || return 1
  line=
  read -r line <"$2/cmdline" || :
  [ -n "$line" ] || return 1
  [ "$comm" != "$1" ] || return 0
  case $line in *"$1"*) ;; *) return 1 ;; esac
  first=$(tr '\\0' '\\n' <"$2/cmdline" | head -n 1)
  [ "\${first##*/}" = "$1" ]
}
signal_named() { # signal name: a daemon's master, never its workers
  [ "$mode" != boot ] || return 0
  found=' ' family=
  for entry in /proc/[0-9]*; do
    pid=\${entry#/proc/} parent=0
    [ "$pid" != "$$" ] && called "$2" "$entry" 2>/dev/null || continue
    while read -r key parent; do [ "$key" != PPid: ] || break; done 2>/dev/null <"$entry/status"
    found="$found$pid " family="$family $pid:$parent"
  done
  for each in $family; do
    case $found in *" \${each#*:} "*) ;; *) kill -s "$1" "\${each%:*}" ;; esac
  done
}
signal_by_file() { # signal file
  [ "$mode" != boot ] && [ -f "$2" ] || return 0
  pid=
  read -r pid <"$2" || :
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$pid" -gt 1 ] && kill -s "$1" "$pid"
}
`;
