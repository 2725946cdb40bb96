using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Parley.CallApiBench;

/// <summary>One socket that gives commands and reads all it is told.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly Phones _phones;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<bool>> _commands = new();
    private readonly ConcurrentDictionary<string, int> _told = new();
    private readonly ConcurrentDictionary<string, string> _callIds = new();
    private readonly string _caller, _callee;
    private Task _reading = Task.CompletedTask;
    private int _number;

    private Load(Phones phones, int port)
    {
        _phones = phones;
        (_caller, _callee) = ($"sip:a@127.0.0.1:{port}", $"sip:b@127.0.0.1:{port}");
    }

    public static async Task<Load> StartAsync(int api, int port)
    {
        var load = new Load(await Phones.StartAsync(port), port);
        await load._socket.ConnectAsync(new($"ws://127.0.0.1:{api}/call-api"), default);
        load._reading = load.ReadAsync();
        return load;
    }

    public async Task LatencyAsync(int calls, int rate, int seconds)
    {
        var up = await StartManyAsync(calls, rate, "relay");
        // The first seconds compile the server's code.
        await MeasureAsync(rate, 10, "warm-up");
        await MeasureAsync(rate, seconds, $"{calls} calls up, {rate} further ones a second");
        await EndAllAsync(up, rate);
    }

    public async Task HoldAsync(int calls, int rate)
    {
        await BeginAsync("Subscribe", "\"cmd_id\":\"events\"");
        var clock = Stopwatch.StartNew();
        var up = await StartManyAsync(calls, rate, "I");
        Print($"{up.Count} of {calls} calls up after {clock.Elapsed.TotalSeconds:0.0} s");
        await Task.Delay(2_000);
        await EndAllAsync(up, rate);
        await Task.Delay(2_000);
        foreach (var (name, count) in _told.OrderBy(one => one.Key, StringComparer.Ordinal))
            Print($"  {name} {count}");
        Print($"lost {_told.GetValueOrDefault("events EVENTS_LOST")}, missing {(4 * calls) - Seen("CALL_NEW") - Seen("CALL_RINGING") - Seen("CALL_ANSWER") - Seen("CALL_END")} of {4 * calls} events");
        int Seen(string name) => _told.GetValueOrDefault("events " + name);
    }

    public async Task CyclesAsync(int rate, int seconds, int pid)
    {
        var (running, failed, done) = (new ConcurrentDictionary<Task, byte>(), 0, 0);
        var clock = Stopwatch.StartNew();
        var next = 10.0;
        for (var i = 0; i < rate * seconds; i++)
        {
            await PaceAsync(clock, i, rate);
            var cycle = CycleAsync();
            running[cycle] = 0;
            _ = cycle.ContinueWith(ended => running.TryRemove(ended, out _), TaskScheduler.Default);
            if (clock.Elapsed.TotalSeconds < next)
                continue;
            Print($"{next,4:0} s  {done} cycles, {failed} failed, {running.Count} under way, server {Resident(pid)} MB");
            next += 10;
        }

        await Task.WhenAll(running.Keys);
        Print($"{done} cycles in {clock.Elapsed.TotalSeconds:0.0} s, {failed} failed, server {Resident(pid)} MB");

        async Task CycleAsync()
        {
            var id = NewId();
            var well = await StartAsync(id, "relay") && await RunAsync("CallEnd", $"\"callid\":\"{id}\"");
            _phones.Called.TryRemove(id, out _);
            Interlocked.Increment(ref done);
            if (!well)
                Interlocked.Increment(ref failed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
        await _phones.DisposeAsync();
    }

    private async Task MeasureAsync(int rate, int seconds, string what)
    {
        var sent = new ConcurrentDictionary<string, long>();
        var clock = Stopwatch.StartNew();
        List<Task> running = [];
        for (var i = 0; i < rate * seconds; i++)
        {
            await PaceAsync(clock, i, rate);
            var id = NewId();
            running.Add(CycleAsync());
            async Task CycleAsync()
            {
                if (await StartAsync(id, "relay", sent))
                    await RunAsync("CallEnd", $"\"callid\":\"{id}\"");
            }
        }

        await Task.WhenAll(running);
        var times = sent.Where(one => _phones.Called.ContainsKey(one.Key)).Select(one => Stopwatch.GetElapsedTime(one.Value, _phones.Called[one.Key]).TotalMilliseconds).Order().ToList();
        Print($"{what}: CallStart sent to INVITE received, {times.Count} times: p50 {times[times.Count / 2]:0.000} p99 {times[(int)(times.Count * 0.99)]:0.000} max {times[^1]:0.000} ms");
    }

    private async Task<List<string>> StartManyAsync(int calls, int rate, string flow)
    {
        var clock = Stopwatch.StartNew();
        List<(string Id, Task<bool> Up)> starting = [];
        for (var i = 0; i < calls; i++)
        {
            await PaceAsync(clock, i, rate);
            var id = NewId();
            starting.Add((id, StartAsync(id, flow)));
        }

        await Task.WhenAll(starting.Select(one => one.Up));
        return [.. starting.Where(one => one.Up.Result).Select(one => one.Id)];
    }

    private async Task EndAllAsync(List<string> up, int rate)
    {
        var clock = Stopwatch.StartNew();
        List<Task> ending = [];
        for (var i = 0; i < up.Count; i++)
        {
            await PaceAsync(clock, i, rate);
            ending.Add(RunAsync("CallEnd", $"\"callid\":\"{_callIds.GetValueOrDefault(up[i], up[i])}\""));
        }

        await Task.WhenAll(ending);
    }

    private async Task<bool> StartAsync(string id, string flow, ConcurrentDictionary<string, long>? sent = null)
    {
        var ended = _commands[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync($$"""{"jsonrpc":"2.0","id":1,"method":"CallStart","params":{"cmd_id":"{{id}}","caller":"{{_caller}}","callee":"{{_callee}}","flow":"{{flow}}"} }""", () =>
        {
            if (sent is not null)
                sent[id] = Stopwatch.GetTimestamp();
        });
        return await ended.Task;
    }

    private async Task<bool> RunAsync(string method, string parameters)
    {
        var id = NewId();
        var ended = _commands[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await BeginAsync(method, $"\"cmd_id\":\"{id}\",{parameters}");
        return await ended.Task;
    }

    private Task BeginAsync(string method, string parameters) => SendAsync($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{ {{parameters}} } }""", static () => { });

    private async Task SendAsync(string text, Action before)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await _sending.WaitAsync();
        try
        {
            before();
            await _socket.SendAsync(bytes, WebSocketMessageType.Text, true, default);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 20];
        var failed = new HashSet<string>();
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(), default);
                if (read.MessageType == WebSocketMessageType.Close)
                    break;
                var message = JsonElement.Parse(buffer.AsSpan(0, read.Count));
                if (message.TryGetProperty("error", out var error))
                    throw new InvalidDataException(error.GetRawText());
                if (message.TryGetProperty("params", out var told))
                    Take(message.GetProperty("method").GetString()!, told, failed);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The server or the measurement has ended.
        }
    }

    private void Take(string method, JsonElement told, HashSet<string> failed)
    {
        var id = told.GetProperty("cmd_id").GetString()!;
        var name = told.TryGetProperty("data", out var data) && method == "Event" ? data.GetString()! : method;
        _told.AddOrUpdate(id == "events" ? "events " + name : name, 1, static (_, count) => count + 1);
        // Only calls with a Call-ID of the server's making have to be looked up.
        if (name == "CALL_START" && id != "events" && !_phones.Called.ContainsKey(id))
            _callIds[id] = told.GetProperty("callid").GetString()!;
        if (method == "Error")
            failed.Add(id);
        if (method == "Ended" && _commands.TryRemove(id, out var ended))
            ended.TrySetResult(!failed.Remove(id));
    }

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _number)}@bench");

    private static async Task PaceAsync(Stopwatch clock, int number, int rate)
    {
        var due = TimeSpan.FromSeconds((double)number / rate) - clock.Elapsed;
        if (due > TimeSpan.FromMilliseconds(1))
            await Task.Delay(due);
    }

    private static long Resident(int pid)
    {
        if (pid == 0)
            return 0;
        using var server = Process.GetProcessById(pid);
        return server.WorkingSet64 >> 20;
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
