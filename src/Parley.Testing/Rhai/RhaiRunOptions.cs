using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai;

/// <summary>What a run of a script is given.</summary>
internal sealed record RhaiRunOptions
{
    /// <summary>What <c>print</c> and <c>debug</c> show, line by line; the first argument is the host object of the call.</summary>
    public Action<object?, string> Print { get; init; } = static (_, _) => { };

    public Action<object?, string> Debug { get; init; } = static (_, _) => { };

    /// <summary>Constants every part of the script sees.</summary>
    public IReadOnlyDictionary<string, Value> Constants { get; init; } = new Dictionary<string, Value>();

    public RhaiLimits Limits { get; init; } = RhaiLimits.Default;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where random numbers come from; the argument is the host object of the call.</summary>
    public Func<object?, Random> Random { get; init; } = static _ => System.Random.Shared;

    /// <summary>Told before each statement.</summary>
    public Action<RhaiPosition>? OnStep { get; init; }

    /// <summary>Exceptions of the host that the script's <c>catch</c> must not see.</summary>
    public Func<Exception, bool> IsSignal { get; init; } = static _ => false;

    /// <summary>Reads a module's file.</summary>
    public Func<string, string> ReadModule { get; init; } = File.ReadAllText;
}
