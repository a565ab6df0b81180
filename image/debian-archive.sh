# To be sourced by bash scripts that take programs from Debian's archive without root and without installing anything:
#
#     begin LABEL PLACE TOOL...  for scripts that make PLACE, once: of several that run at once one goes on, the others wait for
#                                it and end. Afterwards there are a folder $work, removed at the end, a file $log, of which
#                                the end is shown when the script fails, and `say` and `die`, which name LABEL.
#
#     open_archive WORK SUITE    makes a private apt of that release in WORK that takes only the mirror from the
#                                machine's own; afterwards `apt` is an array: apt-get "${apt[@]}" download etcd-server
#
#     unpack ROOT PACKAGE...     unpacks these and all that they need into ROOT, but for the C library: another one than
#                                the running one would break every program
#
# A script that does not begin with `begin` defines `die MESSAGE`, which ends it, and $log, where goes what apt prints.
# shellcheck shell=bash

begin() {
  label=$1
  local place=$2 tool
  shift 2
  for tool in "$@" flock; do command -v "$tool" >/dev/null || die "$tool is missing, so that nothing can be fetched"; done
  mkdir -p "$(dirname "$place")"
  exec 9>"$place.lock"
  flock 9
  [ ! -e "$place" ] || exit 0
  work=$(mktemp -d "$place.new.XXXXXX")
  log=$work/log
  trap clean_up EXIT
}

clean_up() {
  local status=$?
  [ "$status" -eq 0 ] || tail -n 5 "$log" >&2 2>/dev/null || true
  rm -rf "$work"
}

say() { printf '%s: %s\n' "$label" "$*" >&2; }
die() { say "$*"; exit 1; }

open_archive() {
  local work=$1 suite=$2 mirror type
  [ -r /etc/debian_version ] || die "only Debian's archive is known here, and this is another system"
  mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    awk '/^(URIs:|deb )/ { for (i = 2; i <= NF; i++) if ($i ~ /^https?:.*\/debian\/?$/) { print $i; exit } }')
  [ -n "$mirror" ] || die "/etc/apt names no mirror of Debian"
  mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
  for type in deb deb-src; do
    echo "$type [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
  done >"$work/apt/sources.list"
  : >"$work/apt/status" # as if nothing were installed, so that every library comes along
  apt=(-o "Dir::Etc::SourceList=$work/apt/sources.list" -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt" -o "Dir::State::status=$work/apt/status"
    -o "APT::Sandbox::User=" -o "APT::Install-Recommends=false" -o "Acquire::Retries=3" -o "Debug::NoLocking=true")
  apt-get "${apt[@]}" -o APT::Update::Error-Mode=any update >>"$log" 2>&1 || die "the archive at $mirror cannot be read"
}

unpack() {
  local root=$1 package
  shift
  mkdir -p "$root"
  apt-get "${apt[@]}" --yes --download-only install "$@" >>"$log" 2>&1 || die "the packages cannot be downloaded:"
  for package in "$work"/apt/archives/*.deb; do
    case ${package##*/} in
      libc6_* | libc-bin_*) ;;
      *) dpkg-deb --extract "$package" "$root" 2>>"$log" || die "$package cannot be unpacked:" ;;
    esac
  done
}
