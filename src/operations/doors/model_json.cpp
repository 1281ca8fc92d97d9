#include "operations/doors/model_json.hpp"

namespace bedplate::operations {

boost::json::object model_json(std::string_view id, const inference::CatalogueModel& model) {
  std::int64_t created = 0;
  if (model.start_of_life_time) {
    created = std::chrono::floor<std::chrono::seconds>(*model.start_of_life_time)
                  .time_since_epoch()
                  .count();
  }
  return {{"id", id}, {"object", "model"}, {"created", created}, {"owned_by", model.provider}};
}

}  // namespace bedplate::operations
