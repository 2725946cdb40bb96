using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Parley.Server.Hosting;

namespace Parley.Server.Voice.Streaming;

/// <summary>
/// A call's audio passed to somebody else's WebSocket, and what comes from there spoken into the call: raw 16-bit little-endian PCM both ways. A connection that breaks is made again,
/// with longer and longer pauses; the call goes on meanwhile.
/// </summary>
internal sealed class MediaPass : IAsyncDisposable
{
    // Then somebody should look after it: the longest pauses are a minute together.
    private const int MaxFailures = 8;

    // A connection that lasted so long was a good one: pauses begin anew.
    private static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly MediaPassPlan _plan;
    private readonly HttpMessageInvoker _invoker;
    private readonly TimeProvider _time;
    private readonly Action<string, int?> _onProblem;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _running;

    /// <summary>Connects at once.</summary>
    /// <param name="plan">Where, and how.</param>
    /// <param name="handler">Makes connections; disposed of with this.</param>
    /// <param name="limits">How much is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onProblem">Told what went wrong, and the status of the refusal if there was one.</param>
    public MediaPass(MediaPassPlan plan, HttpMessageHandler handler, VoiceLimits limits, TimeProvider time, Action<string, int?> onProblem)
    {
        (_plan, _invoker, _time, _onProblem) = (plan, new(handler), time, onProblem);
        Heard = new(plan.SendRate, plan.PacketBytes / 2, limits.MaxAudioBehind);
        Said = new(plan.PlayRate, limits.MaxPassedAudio);
        _running = Task.Run(RunAsync);
    }

    /// <summary>What is passed on.</summary>
    public PacketSink Heard { get; }

    /// <summary>What is spoken into the call.</summary>
    public PassedSource Said { get; }

    public async ValueTask DisposeAsync()
    {
        Said.End();
        await _ending.CancelAsync();
        Heard.Wake();
        await _running;
        _invoker.Dispose();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        for (var failures = 1; ; failures++)
        {
            var since = _time.GetTimestamp();
            int? status = null;
            string problem;
            using (var socket = new ClientWebSocket())
            {
                try
                {
                    problem = await ServeAsync(socket);
                }
                catch (OperationCanceledException) when (_ending.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or OperationCanceledException or InvalidOperationException or ArgumentException)
                {
                    status = (int)socket.HttpStatusCode is > 0 and var code and not 101 ? code : null;
                    problem = e is OperationCanceledException ? "it does not answer in time" : status is null ? (e.InnerException ?? e).Message : $"it answered {status}";
                }
            }

            if (_ending.IsCancellationRequested)
                return;
            if (_time.GetElapsedTime(since) > GoodConnection)
                (failures, pause) = (1, FirstPause);
            var isLast = status is 401 or 403 or 404 || failures == MaxFailures;
            _onProblem(isLast ? problem + "; it is not tried again" : problem, status);
            if (isLast)
            {
                Said.End();
                return;
            }

            try
            {
                await Task.Delay(pause, _time, _ending.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Serves a connection to its end, and tells why it ended.</summary>
    private async Task<string> ServeAsync(ClientWebSocket socket)
    {
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
        foreach (var (name, value) in _plan.Headers)
            socket.Options.SetRequestHeader(name, value);
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token))
        {
            limit.CancelAfter(ConnectTimeout);
            await socket.ConnectAsync(_plan.Address, _invoker, limit.Token);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        Heard.Clear();
        var sending = SendAsync(socket, ending.Token);
        try
        {
            var why = await ReceiveAsync(socket, ending.Token);
            return why;
        }
        finally
        {
            await ending.CancelAsync();
            Heard.Wake();
            await sending;
            await SocketEnd.CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "", CloseTimeout);
        }
    }

    private async Task<string> ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[8_192];
        var hasText = false;
        Said.BeginConnection();
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            switch (read.MessageType)
            {
                case WebSocketMessageType.Close:
                    return $"it closed the connection ({(int?)socket.CloseStatus ?? 1005})";
                case WebSocketMessageType.Text when !hasText:
                    hasText = true;
                    _onProblem("it sent text; only audio is passed", null);
                    break;
                case WebSocketMessageType.Binary when !Said.Write(buffer.AsSpan(0, read.Count)):
                    _onProblem("it sent more audio than is kept; some was lost", null);
                    break;
            }
        }
    }

    private async Task SendAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var packet = new byte[_plan.PacketBytes];
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                if (Heard.TryTake(MemoryMarshal.Cast<byte, short>(packet.AsSpan())))
                    await socket.SendAsync(packet.AsMemory(), WebSocketMessageType.Binary, true, cancel);
                else
                    await Heard.WaitAsync();
            }
        }
        catch (Exception e) when (SocketEnd.IsGone(e))
        {
            socket.Abort(); // the receiving side tells why
        }
    }
}
