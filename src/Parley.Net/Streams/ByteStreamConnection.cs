using System.Buffers;
using System.IO.Pipelines;

namespace Parley.Net;

/// <summary>TCP or TLS, incoming or outgoing: a pair of pipes whose bytes have no borders.</summary>
internal sealed class ByteStreamConnection : StreamConnection
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Action _abort;

    /// <param name="identity">What is known of it.</param>
    /// <param name="input">Bytes from the peer.</param>
    /// <param name="output">Bytes to the peer.</param>
    /// <param name="abort">Drops the socket at once.</param>
    /// <param name="maxSendQueue">Bytes that may wait to be written.</param>
    public ByteStreamConnection(StreamIdentity identity, PipeReader input, PipeWriter output, Action abort, int maxSendQueue)
        : base(identity, maxSendQueue)
    {
        _input = input;
        _output = output;
        _abort = abort;
        StartSending();
    }

    public override bool KeepsMessageBorders => false;

    protected override async ValueTask WriteAsync(PacketBuffer message, bool more, CancellationToken cancel)
    {
        message.Span.CopyTo(_output.GetSpan(message.Length));
        _output.Advance(message.Length);
        if (more && _output.CanGetUnflushedBytes && _output.UnflushedBytes < PacketPool.LargeSize)
            return;
        var result = await _output.FlushAsync(cancel).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new IOException("The peer closed the connection.");
    }

    protected override async Task ReadAsync(Func<ReadOnlySequence<byte>, int> received, CancellationToken cancel)
    {
        while (true)
        {
            var result = await _input.ReadAsync(cancel).ConfigureAwait(false);
            var bytes = result.Buffer;
            var consumed = bytes.IsEmpty ? 0 : received(bytes);
            if (consumed < 0)
            {
                _input.AdvanceTo(bytes.End);
                return;
            }

            _input.AdvanceTo(bytes.GetPosition(consumed), bytes.End);
            if (result.IsCompleted)
                return;
        }
    }

    protected override ValueTask FinishAsync() => _output.CompleteAsync();

    protected override void Abort() => _abort();
}
