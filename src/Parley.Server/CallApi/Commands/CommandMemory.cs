using System.Text.Json;
using Parley.Server.CallApi.Methods;

namespace Parley.Server.CallApi.Commands;

/// <summary>Commands with ids of their clients', while they run and for a time after their end, so that a request that is repeated does nothing twice. For any thread.</summary>
internal sealed class CommandMemory(CallApiLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Client, string Id), Entry> _entries = [];
    private readonly Queue<((string Client, string Id) Key, Entry Entry, long Ended)> _over = new();

    /// <summary>Finds what was begun by the same client with the same id, or remembers what is begun now.</summary>
    /// <param name="client">Whose id it is: ids of different keys do not meet.</param>
    /// <param name="id">The id.</param>
    /// <param name="method">The command.</param>
    /// <param name="parameters">What it was given.</param>
    /// <param name="create">Makes the new one.</param>
    /// <returns>The run and whether it is new; no run when the id is another command's.</returns>
    public (CommandRun? Run, bool IsNew) Begin(string client, string id, Method method, JsonElement parameters, Func<CommandRun> create)
    {
        lock (_gate)
        {
            Forget();
            if (_entries.TryGetValue((client, id), out var known))
            {
                var same = known.Run.Method == method && JsonElement.DeepEquals(known.Parameters, parameters);
                return (same ? known.Run : null, false);
            }

            var run = create();
            _entries.Add((client, id), new(run, parameters.Clone()));
            return (run, true);
        }
    }

    /// <summary>It has ended; its time of being remembered begins.</summary>
    public void Ended(string client, CommandRun run)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue((client, run.Id), out var entry))
                _over.Enqueue(((client, run.Id), entry, time.GetTimestamp()));
            Forget();
        }
    }

    private void Forget()
    {
        while (_over.TryPeek(out var first) && (_over.Count > limits.MaxRemembered || time.GetElapsedTime(first.Ended) >= limits.Remember))
        {
            _over.Dequeue();
            _entries.Remove(first.Key);
        }
    }

    private sealed record Entry(CommandRun Run, JsonElement Parameters);
}
