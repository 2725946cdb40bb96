using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.CallApi;

/// <summary>One server with accounts for all tests of a class; commands do its transfers, or phones do.</summary>
public abstract class CallApiFixture(string transfers) : IAsyncLifetime
{
    internal ServeProcess Server { get; private set; } = null!;

    internal int ApiPort { get; private set; }

    public async ValueTask InitializeAsync()
    {
        ApiPort = Ports.Take();
        Server = await ServeProcess.StartAsync(
            ["alice", "bob", "carol"], $$"""{ "control": { "transfers": "{{transfers}}" } }""", "--call-api", $"127.0.0.1:{ApiPort}");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Server.Interrupt();
        var code = await Server.WaitForExitAsync(TimeSpan.FromSeconds(45));
        var output = Server.Output;
        await Server.DisposeAsync();
        Assert.True(code == 0, $"parley serve ended with {code}; it wrote:\n{output}");
    }
}

public sealed class TransfersByPhone() : CallApiFixture("automatic");

public sealed class TransfersByServer() : CallApiFixture("server");
