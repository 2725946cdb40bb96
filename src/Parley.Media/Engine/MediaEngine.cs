using System.Net.Sockets;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// Carries the audio of all calls: owns the media lanes and the RTP port range, and makes <see cref="AudioStream"/>s. Thread-safe.
/// </summary>
public sealed class MediaEngine : IAsyncDisposable
{
    // More than one packet waits on a stream's socket only when the lane was late: then a few are taken at once, so that it catches up. RTP packets of audio fit a
    // small buffer.
    private readonly DatagramOptions _datagrams;
    private readonly MediaLane[] _lanes;
    private readonly PortRange _ports;
    private readonly Lock _lock = new();
    private readonly HashSet<AudioStream> _streams = [];
    private bool _disposed;
    internal int PlayingCount;
    internal int ListeningCount;
    internal int RelayCount;

    /// <summary>Starts the lanes.</summary>
    /// <param name="network">Network to use; not disposed of with the engine.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the argument's name says which.</exception>
    public MediaEngine(INetwork network, MediaEngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Options = options ?? new();
        Options.Validate();
        Network = network;
        _ports = new(Options.FirstPort, Options.LastPort);
        _datagrams = new() { Batch = 4, SendAtOnce = true, MaxDatagram = PacketPool.SmallSize, Dscp = Options.Dscp };
        _lanes = [.. network.CreateLanes("media", Options.Lanes).Select(lane => new MediaLane(lane))];
        foreach (var lane in _lanes)
            lane.Lane.Run(static state => ((MediaLane)state!).Start(), lane);
    }

    /// <summary>The options it was made with.</summary>
    public MediaEngineOptions Options { get; }

    /// <summary>What it holds now.</summary>
    public MediaCounters Counters
    {
        get
        {
            lock (_lock)
            {
                return new(
                    _streams.Count, _ports.InUse, _lanes.Sum(lane => lane.Clock.Count),
                    Volatile.Read(ref PlayingCount), Volatile.Read(ref ListeningCount), Volatile.Read(ref RelayCount));
            }
        }
    }

    internal INetwork Network { get; }

    /// <summary>Opens a stream on a free port pair. It carries nothing until <see cref="AudioStream.Configure"/>.</summary>
    /// <exception cref="MediaPortsExhaustedException">No pair of the range is free.</exception>
    /// <exception cref="SocketException">The bind address is not this machine's.</exception>
    /// <exception cref="ObjectDisposedException">The engine has been disposed of.</exception>
    public AudioStream CreateStream(AudioStreamOptions? options = null)
    {
        options ??= new();
        var jitter = options.JitterBuffer ?? Options.JitterBuffer;
        jitter.Validate();
        var lane = options.LaneOf?.MediaLane ?? _lanes.MinBy(candidate => candidate.Streams)!;
        var stream = new AudioStream(
            this, lane, options.Latching ?? Options.Latching, jitter, options.RtpTimeout ?? Options.RtpTimeout);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _streams.Add(stream);
        }

        lane.Joined();
        try
        {
            Bind(stream, NetEndpoint.From(options.BindAddress ?? Options.BindAddress, 0));
        }
        catch
        {
            Closed(stream);
            throw;
        }

        return stream;
    }

    /// <summary>Ends all streams.</summary>
    public async ValueTask DisposeAsync()
    {
        AudioStream[] left;
        lock (_lock)
        {
            _disposed = true;
            left = [.. _streams];
        }

        await Task.WhenAll(left.Select(stream => stream.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    internal void ReturnPort(int port) => _ports.Return(port);

    internal void Closed(AudioStream stream)
    {
        stream.MediaLane.Left();
        lock (_lock)
            _streams.Remove(stream);
    }

    // Ports that somebody else on the machine uses are kept aside until one works, so that none is tried twice.
    private void Bind(AudioStream stream, NetEndpoint address)
    {
        List<int>? foreign = null;
        try
        {
            while (true)
            {
                var port = _ports.Take();
                if (TryBind(stream, address, port))
                    return;
                (foreign ??= []).Add(port);
            }
        }
        finally
        {
            foreach (var port in foreign ?? [])
                _ports.Return(port);
        }
    }

    private bool TryBind(AudioStream stream, NetEndpoint address, int port)
    {
        IDatagramSocket? rtp = null;
        var bound = false;
        try
        {
            rtp = stream.Lane.BindUdp(address.WithPort(port), stream.RtpHandler, _datagrams);
            var rtcp = stream.Lane.BindUdp(address.WithPort(port + 1), stream.RtcpHandler, _datagrams);
            stream.Opened(rtp, rtcp, port);
            bound = true;
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return false;
        }
        catch
        {
            _ports.Return(port);
            throw;
        }
        finally
        {
            if (!bound)
                _ = rtp?.DisposeAsync().AsTask();
        }
    }
}
