// `[objects]` of the configuration, and opening what it names.
#pragma once

#include <memory>
#include <string>

#include "app/configuration.hpp"
#include "identity/credential_store.hpp"
#include "objects/objects.hpp"

namespace bedplate::app {

/// Reads the section. `Section` is configuration.cpp's; `to_path` makes a path of a text.
template <class Section, class ToPath>
void read_objects(Section section, objects::LocalOptions& options, const ToPath& to_path) {
  if (const auto text = section.text("directory")) options.directory = to_path(*text);
  const std::string durability = section.text("durability").value_or("fsync");
  if (durability != "fsync" && durability != "rename") {
    throw section.error("'objects.durability' must be \"fsync\" or \"rename\"");
  }
  options.durable = durability == "fsync";
  section.refuse_unknown();
}

/// Opens the objects' directory. Throws std::runtime_error that names the path.
std::unique_ptr<objects::Objects> open_objects_blocking(const Configuration& configuration,
                                                        const identity::CredentialStore& store,
                                                        const Clock& clock);

}  // namespace bedplate::app
