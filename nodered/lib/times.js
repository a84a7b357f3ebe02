'use strict';

// How long things take, in ms.
module.exports = {
    // As the daemon's own warn-after: after so much silence it is asked how the battery is.
    look: 10000,

    // The daemon says something on /events every 15 s at least.
    silence: 45000,

    // Between two attempts to listen: doubled each time.
    firstPause: 1000,
    longestPause: 30000,
};
