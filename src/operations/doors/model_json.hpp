// A model as OpenAI's models API shows it.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// `id` is what to name in requests: the model's or a profile's. `created` is the start of the
/// model's life on AWS, 0 where AWS does not say.
boost::json::object model_json(std::string_view id, const inference::CatalogueModel& model);

}  // namespace bedplate::operations
