// Yilang
