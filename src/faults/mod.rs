//! The faults layer: fault schedules as data. They know no protocol.
