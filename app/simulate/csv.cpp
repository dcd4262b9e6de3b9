#include "csv.hpp"

#include <iomanip>

namespace lagoon::simulate {

namespace {

struct Milliseconds {
  Duration duration;
  friend std::ostream& operator<<(std::ostream& out, Milliseconds ms) {
    return out << std::setprecision(3) << static_cast<double>(ms.duration.count()) / 1e6;
  }
};

}  // namespace

void write_head(std::ostream& out, std::size_t links) {
  out << "time_s";
  for (std::size_t i = 0; i < links; ++i) out << ",link" << i;
  out << ",imbalance,sent,received,reordered,duplicated,dropped,lost,changed,changed_needless,moves,pause_ms,"
         "longest_wait_ms\n";
}

void write_row(std::ostream& out, const Row& row) {
  out << std::fixed << std::setprecision(3) << static_cast<double>(row.at.count()) / 1e9
      << std::setprecision(4);
  for (const double utilisation : row.utilisation) out << ',' << utilisation;
  out << ',' << row.imbalance << ',' << row.sent << ',' << row.received << ',' << row.reordered << ','
      << row.duplicated << ',' << row.dropped << ',' << row.lost << ',' << row.changed << ','
      << row.changed_needless << ',' << row.moves << ',' << Milliseconds{row.pause} << ','
      << Milliseconds{row.longest_wait} << '\n';
}

}  // namespace lagoon::simulate
