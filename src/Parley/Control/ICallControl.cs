namespace Parley.Control;

/// <summary>What a remote door drives calls by.</summary>
public interface ICallControl
{
    /// <summary>The calls there are, and what happens to them.</summary>
    CallDirectory Directory { get; }

    /// <summary>Carries a command out; see <see cref="CallControl.RunAsync"/>.</summary>
    Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress>? progress = null, CancellationToken cancel = default);
}
