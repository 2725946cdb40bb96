namespace Parley.Server.CallApi.Commands;

/// <summary>Somebody a command tells what happens: a socket. Must not wait.</summary>
internal interface ICommandListener
{
    void Tell(CommandRun run, CommandMessage message);
}
