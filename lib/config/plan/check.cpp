#include "config/plan/check.hpp"

#include "config/file/yaml_reader.hpp"
#include "config/plan/plan.hpp"

namespace lagoon::config {

int check_config_file(const char* path, std::ostream& out, std::ostream& err) {
  const auto config = read_config_file(path);
  if (!config) {
    print(err, path, config.error());
    return 1;
  }
  print(err, path, config->warnings);
  print(out, plan(*config));
  return 0;
}

}  // namespace lagoon::config
