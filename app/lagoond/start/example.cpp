#include "lagoond/start/example.hpp"

namespace lagoon::lagoond {

namespace {

std::string_view other_end(const control::ModeRow& row) noexcept {
  if (row.choice == control::Choice::lacp) return "LACP on all links of the group (802.3ad)";
  if (row.has_active || row.addresses != control::Addresses::same)
    return "a switch that knows nothing of the LAG";
  return "a static LAG, without LACP (EtherChannel's mode on)";
}

}  // namespace

std::string example_of(control::Mode mode) {
  const control::ModeRow& row = control::row_of(mode);
  const bool hashes = row.distribution == table::Distribution::flow_hash && !row.has_active;
  std::string text = "# The least for " + std::string{row.name} +
                     ": eth1 and eth2 become one link, which the kernel has as lagoon0.\n"
                     "# The other end: " +
                     std::string{other_end(row)} +
                     ".\n"
                     "# Put in your interfaces ('ip link' shows them), then:\n"
                     "#   lagoond --check -c FILE     says what it would do, or what is wrong\n"
                     "#   lagoond -c FILE             does it, as root\n"
                     "eal: { lcores: [0, 1], huge: false }  # the CPU of control, and that of a worker\n"
                     "ports:\n"
                     "  - { name: host, tap: lagoon0 }\n"
                     "lags:\n"
                     "  - name: lag0\n"
                     "    mode: " +
                     std::string{row.name} + "\n";
  if (row.choice == control::Choice::lacp) text += "    lacp: { rate: fast }\n";
  if (hashes) text += "    hash: l3+4\n";
  if (mode == control::Mode::active_backup) text += "    primary: first\n";
  return text +
         "    members:\n"
         "      - { name: first, dev: \"net_af_packet0,iface=eth1\" }\n"
         "      - { name: second, dev: \"net_af_packet1,iface=eth2\" }\n"
         "forward:\n"
         "  - [host, lag0]\n";
}

}  // namespace lagoon::lagoond
