namespace Parley.Media.Codecs;

/// <summary>
/// The constants of ITU-T G.722, named after its tables. Arrays, because spans over constant data cost an allocation each
/// time in unoptimized builds.
/// </summary>
internal static class G722Tables
{
    /// <summary>Table 14, Q6: decision levels of the 6-bit lower-band quantizer.</summary>
    public static readonly short[] LowDecisions =
    [
        0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
        786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
    ];

    /// <summary>Table 17, output codes for negative differences (ILN).</summary>
    public static readonly byte[] LowNegativeCodes =
        [0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4];

    /// <summary>Table 17, output codes for positive differences (ILP).</summary>
    public static readonly byte[] LowPositiveCodes =
        [0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32];

    /// <summary>Table 18, QM6: outputs of the 6-bit inverse quantizer.</summary>
    public static readonly short[] LowOutputs =
    [
        -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
        -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
        24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
        4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ];

    /// <summary>Table 18, QM4: outputs of the 4-bit inverse quantizer, which drives prediction in encoder and decoder.</summary>
    public static readonly short[] LowPredictionOutputs =
        [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];

    /// <summary>Table 20, QM2: outputs of the 2-bit higher-band inverse quantizer.</summary>
    public static readonly short[] HighOutputs = [-7408, -1616, 7408, 1616];

    /// <summary>WL by 4-bit code (tables 13 and 14 joined): how the lower-band scale factor moves.</summary>
    public static readonly short[] LowScaleSteps =
        [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];

    /// <summary>WH by 2-bit code: how the higher-band scale factor moves.</summary>
    public static readonly short[] HighScaleSteps = [798, -214, 798, -214];

    /// <summary>Table 15, ILB: the antilogarithm for scale factors, 32 steps per octave.</summary>
    public static readonly short[] Antilog =
    [
        2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
        2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
    ];
}
