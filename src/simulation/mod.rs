//! The simulation layer: the world: nodes, timers, the loop, observers. It knows neither YAML nor files.
