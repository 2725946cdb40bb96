using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Sound;

/// <summary>The noise of a place as a layer beneath everything that is said.</summary>
internal static class Background
{
    /// <summary>Name of its playback.</summary>
    public const string PlayId = "ambiance";

    private const double UsualNormal = 0.3, UsualDuck = 0.1, UsualSpeed = 0.01;
    private const double Frame = 0.02; // seconds in which the level changes by the speed

    /// <summary>How it is played.</summary>
    /// <param name="option">Levels as factors, speed as their change within 20 ms.</param>
    /// <param name="problems">Takes what cannot be honoured.</param>
    public static LayerOptions Of(AmbianceOption option, List<VoiceProblem> problems)
    {
        var normal = Level(option.NormalLevel, UsualNormal, "normalLevel");
        var duck = Level(option.DuckLevel, Math.Min(UsualDuck, normal), "duckLevel");
        if (duck > normal)
        {
            problems.Add(new("option.ambiance.duckLevel", $"must not be above normalLevel, {normal}; it does not become louder while something is said."));
            duck = normal;
        }

        var speed = option.TransitionSpeed ?? UsualSpeed;
        if (!(speed is > 0 and <= 1))
        {
            problems.Add(new("option.ambiance.transitionSpeed", $"must be above 0 and at most 1, not {speed}; {UsualSpeed} is taken."));
            speed = UsualSpeed;
        }

        return new()
        {
            PlayId = PlayId,
            Role = LayerRole.Background,
            GainDecibels = Decibels(normal),
            DuckDecibels = Math.Max(-60, Decibels(duck) - Decibels(normal)),
            DuckGlide = TimeSpan.FromSeconds((normal - duck) / speed * Frame),
        };

        double Level(double? value, double usual, string field)
        {
            if (value is null or (>= 0 and <= 1))
                return value ?? usual;
            problems.Add(new($"option.ambiance.{field}", $"must be 0 to 1, not {value}; {usual} is taken."));
            return usual;
        }
    }

    // −60 dB is what cannot be heard.
    private static double Decibels(double level) => level <= 0.001 ? -60 : 20 * Math.Log10(level);
}
