#!/bin/bash
# Brings Chromium from Debian's archive into one folder:
#
#     fetch.sh FOLDER
#
# Needs no root and changes nothing on the machine: packages are downloaded and unpacked, not installed, through a
# private apt that takes only mirror and release from the machine's own. Under a minute, once; 700 MB stay.
#
# FOLDER/chromium starts it with the libraries and fonts unpacked beside it. FOLDER is complete exactly when it is there.
# Of several that run at once one fetches and the others wait.
set -euo pipefail
# shellcheck source=../../image/debian-archive.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../image/debian-archive.sh"

folder=$(realpath --canonicalize-missing "${1:?usage: fetch.sh FOLDER}")

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
begin browser "$folder" apt-get dpkg-deb awk

say "fetching chromium of Debian $suite"
open_archive "$work" "$suite"
unpack "$work/new/root" chromium fonts-dejavu-core

libraries=$(cd "$work/new/root" && find . -name '*.so*' -printf "$folder/root/%P\n" | sed 's#/[^/]*$##' | sort -u | paste -sd:)
cat >"$work/new/fonts.conf" <<EOF
<?xml version="1.0"?>
<fontconfig><dir>$folder/root/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
EOF
cat >"$work/new/chromium" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH='$libraries' FONTCONFIG_FILE='$folder/fonts.conf'
exec '$folder/root/usr/lib/chromium/chromium' "\$@"
EOF
chmod 0755 "$work/new/chromium"
mv "$work/new" "$folder"
say "it is in $folder"
