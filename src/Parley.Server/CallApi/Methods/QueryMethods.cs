using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Control;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Methods;

/// <summary>Methods that ask and change nothing: <c>CallList</c>, <c>CallGet</c>, <c>Subscribe</c>, <c>Unsubscribe</c>.</summary>
internal sealed class QueryMethods(ICalls calls, OwnedCalls owned)
{
    public IEnumerable<Method> All() =>
    [
        new Method<SubscribeParameters>(CommandNames.Subscribe, ContractsJson.Default.SubscribeParameters, Subscribe) { IsBoundToSocket = true },
        new Method<UnsubscribeParameters>(CommandNames.Unsubscribe, ContractsJson.Default.UnsubscribeParameters, Unsubscribe),
        new Method<CallListParameters>(CommandNames.CallList, ContractsJson.Default.CallListParameters, (_, _) => _ => Task.CompletedTask)
        {
            Answer = (_, requester, result) => result with { Calls = [.. calls.List().Where(call => owned.Covers(requester.Principal, call)).Select(CallInfos.Of)] },
        },
        new Method<CallGetParameters>(CommandNames.CallGet, ContractsJson.Default.CallGetParameters, Get)
        {
            Answer = (p, requester, result) => result with { Call = Find(p.CallId, requester) is { } call ? CallInfos.Of(call) : null },
        },
    ];

    private Func<CommandRun, Task> Get(CallGetParameters p, Requester requester)
    {
        var id = Checks.CallId("callid", p.CallId);
        // Looked for once, so that the result and what follows it say the same.
        var found = Find(id, requester) is not null;
        return _ => found ? Task.CompletedTask : throw CommandFailure.UnknownCall();
    }

    private CallSnapshot? Find(string id, Requester requester) => calls.Find(id) is { } call && owned.Covers(requester.Principal, call) ? call : null;

    private Func<CommandRun, Task> Subscribe(SubscribeParameters p, Requester requester)
    {
        var wanted = Wanted(p.Events);
        if (p.CallId is not null)
            Checks.CallId("callid", p.CallId);
        return run =>
        {
            // The stable id: a Call-ID may change its call by a transfer.
            var only = p.CallId is null ? null : Find(p.CallId, requester)?.Id ?? throw CommandFailure.UnknownCall();
            // From here on nothing is missed: the reader is made before the first wait.
            return WatchAsync(run, calls.Watch(run.Cancelled), wanted, only);
        };
    }

    private async Task WatchAsync(CommandRun run, IAsyncEnumerable<CallEvent> events, HashSet<Happening>? wanted, string? only)
    {
        await foreach (var happened in events)
        {
            if (CallInfos.NameOf(happened.Kind) is not { } what)
                continue;
            if (happened.Call is { } call && ((only is not null && call.Id != only) || !owned.Covers(run.Principal, call)))
                continue;
            if (wanted is null || wanted.Contains(what) || what == Happening.Lost)
                run.Tell(what, CallInfos.Details(happened));
            if (only is not null && happened.Kind == CallEventKind.Ended)
                return;
        }
    }

    private static HashSet<Happening>? Wanted(IReadOnlyList<string>? names)
    {
        if (names is null)
            return null;
        var wanted = new HashSet<Happening>();
        foreach (var name in names)
        {
            var found = CallInfos.Subscribable.Where(one => one.Data == name || one.Event == name).ToList();
            if (found.Count == 0)
                throw RequestException.Parameter("events", $"names an event there is not; there are {string.Join(", ", CallInfos.Subscribable.Select(one => one.Data))}.");
            wanted.UnionWith(found);
        }

        return wanted;
    }

    private static Func<CommandRun, Task> Unsubscribe(UnsubscribeParameters p, Requester requester) => _ =>
    {
        var meant = requester.Socket.Subscriptions.Where(run => p.Subscription is null || run.Id == p.Subscription).ToList();
        if (p.Subscription is not null && meant.Count == 0)
            throw new CommandFailure(404, "Subscription not found");
        foreach (var run in meant)
            run.Cancel();
        return Task.CompletedTask;
    };
}
