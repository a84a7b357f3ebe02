# shellcheck shell=bash
# Sourced: an apt that reads Debian's archive for any architecture and leaves the machine's own apt and dpkg
# as they are (no dpkg --add-architecture: it upgrades, and for armhf removes, packages of the machine).

# mirror LABEL DEFAULT: the archive that the machine itself uses.
mirror() {
  local found
  # shellcheck disable=SC2016 # apt's own variable
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" 2>/dev/null | sort -u | head -n 1)
  printf '%s' "${found:-$2}"
}

# private_apt FOLDER ARCHITECTURE {deb|deb-src} SUITE…: exports APT_CONFIG, and reads the lists.
private_apt() {
  local state=$1 architecture=$2 kind=$3 suite archive
  shift 3
  mkdir -p "$state/lists/partial" "$state/archives/partial"
  : >"$state/status"
  for suite in "$@"; do
    case $suite in
    *-security) archive=$(mirror Debian-Security http://deb.debian.org/debian-security) ;;
    *) archive=$(mirror Debian http://deb.debian.org/debian) ;;
    esac
    printf '%s [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$kind" "$archive" "$suite"
  done >"$state/sources.list"
  cat >"$state/apt.conf" <<CONF
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
Acquire::Retries "3";
Acquire::Languages "none";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache::archives "$state/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
  export APT_CONFIG=$state/apt.conf
  apt-get -qq update
}
