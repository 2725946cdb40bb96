using Parley.Control;

namespace Parley.Server.CallApi.Methods;

/// <summary>The calls that commands are about.</summary>
internal interface ICalls
{
    /// <summary>The call with this stable id or Call-ID; null when there is none.</summary>
    CallSnapshot? Find(string id);

    /// <summary>All calls there are.</summary>
    IReadOnlyList<CallSnapshot> List();

    /// <summary>What happens to calls from now on.</summary>
    IAsyncEnumerable<CallEvent> Watch(CancellationToken cancel);

    /// <summary>Carries a command out.</summary>
    Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress> progress, CancellationToken cancel);
}

/// <summary>The calls of a user agent.</summary>
internal sealed class ControlledCalls(ICallControl control) : ICalls
{
    public CallSnapshot? Find(string id) => control.Directory.Find(id);

    public IReadOnlyList<CallSnapshot> List() => control.Directory.List();

    public IAsyncEnumerable<CallEvent> Watch(CancellationToken cancel) => control.Directory.Subscribe().ReadAllAsync(cancel);

    public Task<CommandOutcome> RunAsync(CallCommand command, Action<CommandProgress> progress, CancellationToken cancel) => control.RunAsync(command, progress, cancel);
}
