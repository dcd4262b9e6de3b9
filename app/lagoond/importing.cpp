#include "lagoond/importing.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "config/file/yaml_reader.hpp"
#include "imports/import.hpp"

namespace lagoon::lagoond {

namespace {

// Regular files, and those of /proc, which say that they are; no more than one octet above what is read.
Result<imports::Source> read_source(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return fail(Errc::invalid_argument, path + ": it is not there");
  if (!std::filesystem::is_regular_file(path, error))
    return fail(Errc::invalid_argument, path + ": it is no file; what a command prints has to be in one");
  std::ifstream file{path, std::ios::binary};
  imports::Source source{.name = path, .text = std::string(config::kTextMax + 1, '\0')};
  file.read(source.text.data(), static_cast<std::streamsize>(source.text.size()));
  if (!file.is_open() || file.bad()) return fail(Errc::permission, path + ": it can't be read");
  source.text.resize(static_cast<std::size_t>(file.gcount()));
  return source;
}

bool is_pci_address(std::string_view name) {
  return name.size() == 12 && name[4] == ':' && name[7] == ':' && name[10] == '.';
}

// "/sys/class/net/eth0/device" leads to the PCI device's folder, where it is one; virtio has one of its own
// in it.
std::optional<std::string> pci_address_of(const std::string& interface) {
  std::error_code error;
  auto device = std::filesystem::canonical("/sys/class/net/" + interface + "/device", error);
  if (error) return std::nullopt;
  if (device.filename().string().starts_with("virtio")) device = device.parent_path();
  std::string name = device.filename().string();
  return is_pci_address(name) ? std::optional{std::move(name)} : std::nullopt;
}

}  // namespace

int import_files(const Options& options, std::ostream& out, std::ostream& errors) {
  std::vector<imports::Source> sources;
  for (const std::string& path : options.import_files) {
    auto source = read_source(path);
    if (!source) {
      errors << "lagoond: " << source.error().detail << "\n";
      return 1;
    }
    sources.push_back(*std::move(source));
  }
  imports::Devices devices;
  if (options.devices == ImportedDevices::pci) devices.pci_address_of = pci_address_of;
  const auto made = imports::import_bonds(sources, devices);
  if (!made) {
    errors << "lagoond: " << made.error().detail << "\n";
    return 1;
  }
  out << *made;
  return 0;
}

}  // namespace lagoon::lagoond
