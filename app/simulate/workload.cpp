#include "workload.hpp"

#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>

namespace lagoon::simulate {

namespace {

// Sizes of conversations in data centres as they were measured, and as they are used in many studies since:
// web search in Alizadeh et al., Data Center TCP, 2010; data mining in Greenberg et al., VL2, 2009.
const Sizes kWebSearch{{1, 0},           {10'000, 0.15},   {20'000, 0.2},      {30'000, 0.3},
                       {50'000, 0.4},    {80'000, 0.53},   {200'000, 0.6},     {1'000'000, 0.7},
                       {2'000'000, 0.8}, {5'000'000, 0.9}, {10'000'000, 0.97}, {30'000'000, 1}};
const Sizes kDataMining{{100, 0},          {180, 0.1},       {250, 0.2},         {560, 0.3},
                        {900, 0.4},        {1'100, 0.5},     {60'000, 0.7},      {90'000, 0.75},
                        {350'000, 0.8},    {5'800'000, 0.9}, {23'000'000, 0.95}, {98'000'000, 0.99},
                        {1'000'000'000, 1}};

[[nodiscard]] double ns(Instant at) {
  return static_cast<double>(to_ns(at));
}

}  // namespace

Steady::Steady(Conversations& conversations, const std::vector<double>& parts, BitsPerSecond rate,
               std::uint32_t frame_length, std::uint64_t seed, Instant start)
    : conversations_{conversations},
      first_{static_cast<std::uint32_t>(conversations.count())},
      chances_{parts},
      random_{seed},
      interval_{frame_length * 8e9 / static_cast<double>(rate.value())},
      next_{ns(start)},
      length_{frame_length} {
  for (std::size_t i = 0; i < parts.size(); ++i) conversations.add();
}

void Steady::run(Instant now, const std::function<void(SimFrame*)>& offer) {
  for (; next_ <= ns(now); next_ += interval_ * random_.exponential())
    offer(conversations_.next(first_ + chances_.draw(random_), length_, now));
}

std::vector<double> equal_parts(std::size_t count) {
  return std::vector<double>(count, 1.0);
}

std::vector<double> zipf_parts(std::size_t count, double exponent) {
  std::vector<double> parts(count);
  for (std::size_t i = 0; i < count; ++i) parts[i] = std::pow(static_cast<double>(i + 1), -exponent);
  return parts;
}

Result<Sizes> sizes_named(const std::string& name) {
  if (name == "websearch") return kWebSearch;
  if (name == "datamining") return kDataMining;
  std::ifstream file{name};
  if (!file)
    return fail(Errc::no_such_thing,
                "sizes '" + name + "': neither websearch nor datamining, nor a file that can be read");
  Sizes sizes;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::istringstream words{line};
    SizePoint point;
    if (line.empty() || line[0] == '#') continue;
    if (!(words >> point.octets >> point.part) || point.octets <= 0 || point.part < 0 || point.part > 1 ||
        (!sizes.empty() && (point.octets < sizes.back().octets || point.part < sizes.back().part)))
      return fail(Errc::invalid_argument, name + ":" + std::to_string(number) +
                                              ": expected octets and the part of conversations that are not "
                                              "larger, both rising, like 10000 0.15");
    sizes.push_back(point);
  }
  if (sizes.size() < 2 || sizes.back().part < 1)
    return fail(Errc::invalid_argument, name + ": expected two lines at least, the last with part 1");
  return sizes;
}

double mean_of(const Sizes& sizes) {
  double mean = sizes.front().octets * sizes.front().part;
  for (std::size_t i = 1; i < sizes.size(); ++i)
    mean += (sizes[i].octets + sizes[i - 1].octets) / 2 * (sizes[i].part - sizes[i - 1].part);
  return mean;
}

Arrivals::Arrivals(Conversations& conversations, Sizes sizes, BitsPerSecond rate, BitsPerSecond peak,
                   std::uint32_t frame_length, std::uint64_t seed, Instant start)
    : conversations_{conversations},
      sizes_{std::move(sizes)},
      random_{seed},
      interval_{mean_of(sizes_) * 8e9 / static_cast<double>(rate.value())},
      next_begin_{ns(start)},
      frame_time_{frame_length * 8e9 / static_cast<double>(peak.value())},
      length_{frame_length} {}

double Arrivals::draw_size() {
  const double part = random_.unit();
  for (std::size_t i = 1; i < sizes_.size(); ++i) {
    const SizePoint& low = sizes_[i - 1];
    const SizePoint& high = sizes_[i];
    if (part > high.part) continue;
    if (high.part == low.part) return high.octets;
    return low.octets + (high.octets - low.octets) * (part - low.part) / (high.part - low.part);
  }
  return sizes_.back().octets;
}

void Arrivals::run(Instant now, const std::function<void(SimFrame*)>& offer) {
  for (; next_begin_ <= ns(now); next_begin_ += interval_ * random_.exponential())
    active_.push({.at = next_begin_, .conversation = conversations_.add(), .left = draw_size()});
  while (!active_.empty() && active_.top().at <= ns(now)) {
    Active flow = active_.top();
    active_.pop();
    const double length = std::min(std::max(flow.left, 64.0), static_cast<double>(length_));
    offer(conversations_.next(flow.conversation, static_cast<std::uint32_t>(length), now));
    flow.left -= length;
    // (a little off, or conversations that begin together stay in step)
    flow.at += frame_time_ * (0.5 + random_.unit());
    if (flow.left > 0) active_.push(flow);
  }
}

}  // namespace lagoon::simulate
